# What AWS says once and does not count. Each mail says what it means and where the run book is.

locals {
  events = {
    deployment-failed = {
      means = "A deployment did not become steady, and ECS went back to what ran before."
      pattern = {
        source        = ["aws.ecs"]
        "detail-type" = ["ECS Deployment State Change"]
        resources     = [var.service_arn]
        detail        = { eventName = ["SERVICE_DEPLOYMENT_FAILED"] }
      }
    }
    backup-failed = {
      means = "A backup of the database failed; RDS' own point-in-time recovery goes on."
      pattern = {
        source        = ["aws.backup"]
        "detail-type" = ["Backup Job State Change"]
        detail        = { state = ["FAILED", "ABORTED", "EXPIRED"], backupVaultArn = [var.backup_vault_arn] }
      }
    }
    backup-copy-failed = {
      means = "A backup was not copied to the other vault."
      pattern = {
        source        = ["aws.backup"]
        "detail-type" = ["Copy Job State Change"]
        detail        = { state = ["FAILED"], sourceBackupVaultArn = [var.backup_vault_arn] }
      }
    }
    database-event = {
      means = "RDS reports a failure, a failover or too little storage of the database."
      pattern = {
        source        = ["aws.rds"]
        "detail-type" = ["RDS DB Instance Event"]
        detail = {
          SourceIdentifier = [var.database_identifier]
          EventCategories  = ["failover", "failure", "low storage"]
        }
      }
    }
    # By CloudTrail, as the next: without a trail in the account neither comes.
    rotation-failed = {
      means = "A secret could not be rotated: the old value stays, until it stops working."
      pattern = {
        source        = ["aws.secretsmanager"]
        "detail-type" = ["AWS Service Event via CloudTrail"]
        detail        = { eventName = ["RotationFailed"], additionalEventData = { SecretId = var.secret_arns } }
      }
    }
    # The account is this environment's own: each of its keys counts.
    key-at-risk = {
      means = "Somebody disabled a key or scheduled its deletion: what it encrypts cannot be read any more."
      pattern = {
        source        = ["aws.kms"]
        "detail-type" = ["AWS API Call via CloudTrail"]
        detail        = { eventSource = ["kms.amazonaws.com"], eventName = ["DisableKey", "ScheduleKeyDeletion"] }
      }
    }
  }
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each      = local.events
  name          = "${var.name}-${each.key}"
  description   = "${each.value.means} Run book: ${local.run_book}#${each.key}"
  event_pattern = jsonencode(each.value.pattern)
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = local.events
  rule     = aws_cloudwatch_event_rule.this[each.key].name
  arn      = aws_sns_topic.alarms.arn

  input_transformer {
    input_paths = { at = "$.time", id = "$.id" }
    # Not by jsonencode, which would write < and > so that EventBridge fills nothing in.
    input_template = "\"${var.name}-${each.key}, <at>: ${each.value.means} Run book: ${local.run_book}#${each.key} (event <id>)\""
  }
}
