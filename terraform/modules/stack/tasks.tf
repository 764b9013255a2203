# The ways the image runs: the worker, the watchdog beside it; setup and login, which alone have the owner's password; and keys, which alone
# changes a secret. The last three end by themselves.

locals {
  # What the pipeline runs to its end: migrations with the owner's password, all other commands with the rights of a worker. It deploys
  # the watchdog too; the other two are for a person.
  run_tasks = [module.worker_task, module.setup_task]

  # What the watchdog and setup need is small; what a worker needs is its memory limit (package.json) and the bundle beside it.
  small = { cpu = 256, memory_mib = 512 }

  owner_password = { PGPASSWORD = "${module.database.owner_secret_arn}:password::" }
}

module "worker_task" {
  source             = "../task"
  name               = local.name
  role               = "worker"
  region             = var.region
  account_id         = local.account_id
  image              = var.image
  repository_arn     = module.ecr.arn
  command            = ["node", "--max-old-space-size=192", "--max-semi-space-size=8", "worker/main.ts"]
  health_command     = ["CMD", "node", "-e", "fetch('http://127.0.0.1:9464/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
  cpu                = var.workers.cpu
  memory_mib         = var.workers.memory_mib
  files              = local.files
  folder             = local.folder
  environment        = { RECON_LOG_LEVEL = "info" }
  secrets            = {}
  secrets_key_arn    = module.kms.arns["data"]
  policies           = { work = data.aws_iam_policy_document.worker.json }
  log_retention_days = var.log_retention_days
  log_key_arn        = module.kms.arns["logs"]
}

module "watchdog_task" {
  source             = "../task"
  name               = local.name
  role               = "watchdog"
  region             = var.region
  account_id         = local.account_id
  image              = var.image
  repository_arn     = module.ecr.arn
  command            = ["node", "client/main.ts", "watchdog", "--json"]
  cpu                = local.small.cpu
  memory_mib         = local.small.memory_mib
  files              = local.files
  folder             = local.folder
  environment        = {}
  secrets            = {}
  secrets_key_arn    = module.kms.arns["data"]
  policies           = { work = data.aws_iam_policy_document.watchdog.json }
  log_retention_days = var.log_retention_days
  log_key_arn        = module.kms.arns["logs"]
}

# Migrations are their own step: the pipeline runs it before it deploys. The owner's password comes from the secret that RDS rotates.
module "setup_task" {
  source             = "../task"
  name               = local.name
  role               = "setup"
  region             = var.region
  account_id         = local.account_id
  image              = var.image
  repository_arn     = module.ecr.arn
  command            = ["node", "client/main.ts", "setup", "--migrate-with", "OWNER_DATABASE_URL"]
  cpu                = local.small.cpu
  memory_mib         = local.small.memory_mib
  files              = local.files
  folder             = local.folder
  environment        = { OWNER_DATABASE_URL = module.database.owner_url }
  secrets            = local.owner_password
  secrets_key_arn    = module.kms.arns["data"]
  policies           = { work = data.aws_iam_policy_document.read_secrets.json }
  log_retention_days = var.log_retention_days
  log_key_arn        = module.kms.arns["logs"]
}

module "login_task" {
  source             = "../task"
  name               = local.name
  role               = "login"
  region             = var.region
  account_id         = local.account_id
  image              = var.image
  repository_arn     = module.ecr.arn
  command            = ["node", "-e", file("${path.module}/worker-login.cjs")]
  cpu                = local.small.cpu
  memory_mib         = local.small.memory_mib
  files              = local.files
  folder             = local.folder
  environment        = { OWNER_DATABASE_URL = module.database.owner_url }
  secrets            = merge(local.owner_password, { WORKER_DATABASE_URL = module.secrets.arns["database-url"] })
  secrets_key_arn    = module.kms.arns["data"]
  log_retention_days = var.log_retention_days
  log_key_arn        = module.kms.arns["logs"]
}

# Makes the next data key of Temporal's payloads. No person sees one, and nobody needs a right to write the secret.
module "keys_task" {
  source             = "../task"
  name               = local.name
  role               = "keys"
  region             = var.region
  account_id         = local.account_id
  image              = var.image
  repository_arn     = module.ecr.arn
  command            = ["node", "client/main.ts", "codec", "rotate", "--keys", "aws-secret:${local.name}/codec-keys", "--kms", module.kms.arns["payloads"], "--namespace", var.temporal.namespace]
  cpu                = local.small.cpu
  memory_mib         = local.small.memory_mib
  files              = local.files
  folder             = local.folder
  environment        = {}
  secrets            = {}
  secrets_key_arn    = module.kms.arns["data"]
  policies           = { work = data.aws_iam_policy_document.codec_keys.json }
  log_retention_days = var.log_retention_days
  log_key_arn        = module.kms.arns["logs"]
}

module "worker" {
  source              = "../worker"
  name                = local.name
  task_definition_arn = module.worker_task.task_definition_arn
  subnet_ids          = module.network.private_subnet_ids
  security_group_id   = module.network.tasks_security_group_id
  count_min           = var.workers.count_min
  count_max           = var.workers.count_max
  metric_namespace    = local.metric_namespace
  log_retention_days  = var.log_retention_days
  log_key_arn         = module.kms.arns["logs"]
}

module "watchdog" {
  source                 = "../watchdog"
  name                   = local.name
  region                 = var.region
  account_id             = local.account_id
  kms_key_arn            = module.kms.arns["data"]
  cluster_arn            = module.worker.cluster_arn
  task_definition_family = module.watchdog_task.task_definition_family
  task_role_arns         = module.watchdog_task.role_arns
  subnet_ids             = module.network.private_subnet_ids
  security_group_id      = module.network.tasks_security_group_id
}
