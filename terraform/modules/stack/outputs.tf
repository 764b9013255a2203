output "database_url_template" {
  description = "What goes into the secret database-url, with USER and PASSWORD replaced."
  value       = module.database.url_template
}

output "secret_names" {
  description = "Each is given its value once, by aws secretsmanager put-secret-value; codec-keys by the task keys."
  value       = [for name in keys(module.secrets.arns) : "${local.name}/${name}"]
}

output "image_repository_url" {
  value = module.ecr.url
}

output "task_network" {
  description = "Where aws ecs run-task starts a task by hand."
  value       = local.task_network
}

output "pipeline_variables" {
  description = "Of the GitHub environment, by name (docs/delivery.md). None is a secret."
  value = {
    AWS_DEPLOY_ROLE_ARN = module.ci_oidc.role_arn
    AWS_REGION          = var.region
    ECR_REPOSITORY_URL  = module.ecr.url
    ECS_CLUSTER         = module.worker.cluster_name
    ECS_FAMILY_PREFIX   = local.name
    ECS_SERVICE         = module.worker.service_name
    ECS_TASK_NETWORK    = local.task_network
  }
}

output "mail_records" {
  description = "What mail needs in the domain's zone, where mail_zone_id does not name it."
  value       = module.mail.records
}

locals {
  task_network = "{subnets=[${join(",", module.network.private_subnet_ids)}],securityGroups=[${module.network.tasks_security_group_id}],assignPublicIp=DISABLED}"
}
