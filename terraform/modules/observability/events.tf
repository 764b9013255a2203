# What AWS says once and does not count: a deployment rolled back, a watchdog that reached nobody, a backup that failed.

locals {
  events = {
    deployment-failed = {
      source        = ["aws.ecs"]
      "detail-type" = ["ECS Deployment State Change"]
      resources     = [var.service_arn]
      detail        = { eventName = ["SERVICE_DEPLOYMENT_FAILED"] }
    }
    # It told people itself when it ended with 0 or 1.
    watchdog-cannot-tell = {
      source        = ["aws.ecs"]
      "detail-type" = ["ECS Task State Change"]
      detail = {
        clusterArn = [var.cluster_arn]
        lastStatus = ["STOPPED"]
        group      = ["family:${var.watchdog_family}"]
        containers = { exitCode = [{ "anything-but" = [0, 1] }] }
      }
    }
    watchdog-not-started = {
      source        = ["aws.ecs"]
      "detail-type" = ["ECS Task State Change"]
      detail = {
        clusterArn = [var.cluster_arn]
        lastStatus = ["STOPPED"]
        group      = ["family:${var.watchdog_family}"]
        stopCode   = ["TaskFailedToStart"]
      }
    }
    backup-failed = {
      source        = ["aws.backup"]
      "detail-type" = ["Backup Job State Change"]
      detail        = { state = ["FAILED", "ABORTED", "EXPIRED"], backupVaultArn = [var.backup_vault_arn] }
    }
  }
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each      = local.events
  name          = "${var.name}-${each.key}"
  event_pattern = jsonencode(each.value)
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = local.events
  rule     = aws_cloudwatch_event_rule.this[each.key].name
  arn      = aws_sns_topic.alarms.arn
}
