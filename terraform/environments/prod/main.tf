# Where it counts: two of everything, nothing deleted by accident, evidence for seven years.

module "recon" {
  source = "../../modules/stack"

  environment             = "prod"
  production              = true
  region                  = var.region
  availability_zones      = var.availability_zones
  image                   = var.image
  configuration_template  = "${path.module}/recon.yaml.tftpl"
  files                   = { for path in fileset(path.module, "files/*") : basename(path) => file("${path.module}/${path}") }
  secrets                 = var.secrets
  settlement_buckets      = var.settlement_buckets
  temporal                = var.temporal
  egress_domains          = var.egress_domains
  workers                 = { cpu = 1024, memory_mib = 2048, count_min = 2, count_max = 8 }
  database                = { engine_version = "17", instance_class = "db.m7g.large", storage_gib = 200, storage_gib_max = 1000 }
  evidence_retention_days = 2557
  mail_domain             = var.mail_domain
  mail_zone_id            = var.mail_zone_id
  alarm_emails            = var.alarm_emails
  github_repository       = var.github_repository
  github_provider_arn     = var.github_provider_arn
}
