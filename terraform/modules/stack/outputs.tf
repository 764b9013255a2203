output "database_url_template" {
  value = module.database.url_template
}

output "secret_arns" {
  description = "To be given their values once, by aws secretsmanager put-secret-value."
  value       = module.secrets.arns
}

output "image_repository_url" {
  value = module.ecr.url
}

output "deploy_role_arn" {
  description = "What the pipeline assumes."
  value       = module.ci_oidc.role_arn
}

output "cluster_name" {
  value = module.worker.cluster_name
}

output "service_name" {
  value = module.worker.service_name
}

output "task_families" {
  description = "worker, watchdog, setup."
  value       = [for task in local.tasks : task.task_definition_family]
}

output "task_network" {
  description = "What aws ecs run-task needs for setup."
  value = {
    subnets         = module.network.private_subnet_ids
    security_groups = [module.network.tasks_security_group_id]
  }
}

output "dkim_records" {
  value = module.mail.dkim_records
}

output "payloads_key_arn" {
  value = module.kms.arns["payloads"]
}
