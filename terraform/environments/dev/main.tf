# Where things are tried: one zone's NAT, a small database, evidence that can be deleted the next day.

module "recon" {
  source = "../../modules/stack"

  environment             = "dev"
  production              = false
  region                  = var.region
  availability_zones      = var.availability_zones
  image                   = var.image
  configuration_template  = "${path.module}/recon.yaml.tftpl"
  files                   = { for path in fileset(path.module, "files/*") : basename(path) => file("${path.module}/${path}") }
  secrets                 = var.secrets
  settlement_buckets      = var.settlement_buckets
  temporal                = var.temporal
  egress_domains          = var.egress_domains
  workers                 = { cpu = 512, memory_mib = 1024, count_min = 1, count_max = 2 }
  database                = { engine_version = "17", instance_class = "db.t4g.medium", storage_gib = 50, storage_gib_max = 100 }
  evidence_retention_days = 1
  mail_domain             = var.mail_domain
  mail_zone_id            = var.mail_zone_id
  alarm_emails            = var.alarm_emails
  github_repository       = var.github_repository
  github_provider_arn     = var.github_provider_arn
}
