output "private_subnet_ids" {
  value = [for subnet in aws_subnet.private : subnet.id]
}

output "tasks_security_group_id" {
  value = aws_security_group.tasks.id
}

output "database_security_group_id" {
  value = aws_security_group.database.id
}
