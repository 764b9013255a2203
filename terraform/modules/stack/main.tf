# Everything of one environment, wired together. What differs between environments is a variable; what must not differ is not.

data "aws_caller_identity" "current" {}

locals {
  account_id       = data.aws_caller_identity.current.account_id
  metric_namespace = "recon/${var.environment}"
  name             = "recon-${var.environment}"

  # Both are made by the Dockerfile: the folder that can be written, and the authorities that sign RDS' certificates in every region.
  folder    = "/run/recon"
  ca_bundle = "/etc/ssl/certs/rds-global-bundle.pem"

  secrets = merge(var.secrets, {
    database-url = { description = "The worker's login: the output database_url_template with user and password" }
    token-key    = { description = "Makes tokens of personal references: openssl rand -hex 32. Losing it breaks keys between days" }
    codec-keys   = { description = "The data keys of Temporal's payloads, wrapped by the key payloads" }
    }, var.temporal.login == "private" ? {} : {
    temporal-login = { description = var.temporal.login == "api_key" ? "API key of the namespace" : "Client certificate and key (PEM) as JSON: cert, key" }
  })

  # Names that the configuration may use: ${secret_prefix}/database-url, ${reports_bucket}, …
  configuration_values = {
    region           = var.region
    secret_prefix    = local.name
    reports_bucket   = module.buckets.names["reports"]
    evidence_bucket  = module.buckets.names["evidence"]
    evidence_days    = var.evidence_retention_days
    reports_key_arn  = module.kms.arns["reports"]
    evidence_key_arn = module.kms.arns["evidence"]
    payloads_key_arn = module.kms.arns["payloads"]
    mail_from        = "${var.mail_sender}@${var.mail_domain}"
    temporal_address = var.temporal.address
    temporal_login   = var.temporal.login
    namespace        = var.temporal.namespace
  }
  files = merge(var.files, {
    "recon.yaml" = templatefile(var.configuration_template, local.configuration_values)
  })
}

module "kms" {
  source     = "../kms"
  name       = local.name
  region     = var.region
  account_id = local.account_id
  keys = {
    data     = { description = "database, secrets, images, schedule" }
    logs     = { description = "logs", used_by_logs = true }
    alarms   = { description = "alarms on their way", used_by_alarms = true }
    reports  = { description = "reports" }
    evidence = { description = "evidence and anchors" }
    payloads = { description = "wraps the data keys of Temporal's payloads" }
  }
}

module "network" {
  source             = "../network"
  name               = local.name
  region             = var.region
  account_id         = local.account_id
  cidr               = var.cidr
  availability_zones = var.availability_zones
  nat_per_zone       = var.production
  egress_domains     = var.egress_domains
  temporal_cidr      = var.temporal.cidr
  temporal_port      = tonumber(split(":", var.temporal.address)[1])
  kms_key_arn        = module.kms.arns["logs"]
  log_retention_days = var.log_retention_days
  s3_resources = concat(
    flatten([for arn in values(module.buckets.arns) : [arn, "${arn}/*"]]),
    flatten([for source in var.settlement_buckets : [source.bucket_arn, "${source.bucket_arn}/${source.prefix}*"]]),
  )
}

module "database" {
  source                = "../database"
  name                  = local.name
  region                = var.region
  account_id            = local.account_id
  engine_version        = var.database.engine_version
  family                = "postgres${var.database.engine_version}"
  instance_class        = var.database.instance_class
  storage_gib           = var.database.storage_gib
  storage_gib_max       = var.database.storage_gib_max
  multi_az              = var.production
  deletion_protection   = var.production
  backup_retention_days = var.production ? 35 : 7
  subnet_ids            = module.network.private_subnet_ids
  security_group_id     = module.network.database_security_group_id
  kms_key_arn           = module.kms.arns["data"]
  log_retention_days    = var.log_retention_days
  log_key_arn           = module.kms.arns["logs"]
  ca_bundle_path        = local.ca_bundle
}

module "buckets" {
  source                  = "../buckets"
  name                    = local.name
  account_id              = local.account_id
  reports_key_arn         = module.kms.arns["reports"]
  evidence_key_arn        = module.kms.arns["evidence"]
  evidence_retention_days = var.evidence_retention_days
  report_retention_days   = var.report_retention_days
}

module "secrets" {
  source      = "../secrets"
  name        = local.name
  kms_key_arn = module.kms.arns["data"]
  secrets     = local.secrets
}

module "ecr" {
  source      = "../ecr"
  name        = local.name
  kms_key_arn = module.kms.arns["data"]
}

module "mail" {
  source          = "../mail"
  name            = local.name
  region          = var.region
  domain          = var.mail_domain
  zone_id         = var.mail_zone_id
  alarm_topic_arn = module.observability.alarm_topic_arn
}

module "backup" {
  source                 = "../backup"
  name                   = local.name
  region                 = var.region
  account_id             = local.account_id
  kms_key_arn            = module.kms.arns["data"]
  database_arn           = module.database.arn
  daily_retention_days   = var.production ? 90 : 7
  monthly_retention_days = var.production ? 2557 : 30
  retention_days_min     = 7
  lock_final_after_days  = var.backup_lock_final_after_days
  copy_vault_arn         = var.backup_copy_vault_arn
}

module "observability" {
  source                  = "../observability"
  name                    = local.name
  region                  = var.region
  account_id              = local.account_id
  kms_key_arn             = module.kms.arns["alarms"]
  alarm_emails            = var.alarm_emails
  metric_namespace        = local.metric_namespace
  worker_log_group_name   = module.worker_task.log_group_name
  watchdog_log_group_name = module.watchdog_task.log_group_name
  cluster_name            = module.worker.cluster_name
  service_arn             = module.worker.service_arn
  service_name            = module.worker.service_name
  worker_count_min        = var.workers.count_min
  worker_count_max        = var.workers.count_max
  schedule_group          = module.watchdog.schedule_group
  database_identifier     = module.database.identifier
  database_free_bytes_min = floor(var.database.storage_gib * 1073741824 / 20)
  # 22 a worker (worker/main.ts, worker/compose-monitoring.ts), twice in a delivery, and some people.
  database_connections_max = var.workers.count_max * 44 + 40
  backup_vault_arn         = module.backup.vault_arn
  backup_vault_name        = module.backup.vault_name
  secret_arns              = concat(values(module.secrets.arns), [module.database.owner_secret_arn])
}

module "ci_oidc" {
  source             = "../ci-oidc"
  name               = local.name
  region             = var.region
  account_id         = local.account_id
  repository         = var.github_repository
  environment        = var.environment
  provider_arn       = var.github_provider_arn
  ecr_repository_arn = module.ecr.arn
  cluster_arn        = module.worker.cluster_arn
  service_arn        = module.worker.service_arn
  run_families       = [for task in local.run_tasks : task.task_definition_family]
  log_group_arns     = [for task in local.run_tasks : task.log_group_arn]
  task_role_arns     = flatten([for task in concat(local.run_tasks, [module.watchdog_task]) : task.role_arns])
}
