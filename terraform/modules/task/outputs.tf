output "task_definition_arn" {
  value = aws_ecs_task_definition.this.arn
}

output "task_definition_family" {
  value = aws_ecs_task_definition.this.family
}

output "role_arns" {
  description = "Of both roles: who starts the task must be allowed to pass them."
  value       = [aws_iam_role.execution.arn, aws_iam_role.task.arn]
}

output "log_group_arn" {
  value = aws_cloudwatch_log_group.this.arn
}

output "log_group_name" {
  value = aws_cloudwatch_log_group.this.name
}
