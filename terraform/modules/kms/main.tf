# One key per kind of thing, so that a right to read reports is no right to read evidence or payloads. Each key names who may use it.

resource "aws_kms_key" "this" {
  for_each                = var.keys
  description             = "${var.name}: ${each.value.description}"
  enable_key_rotation     = true
  rotation_period_in_days = 365
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key[each.key].json
}

resource "aws_kms_alias" "this" {
  for_each      = var.keys
  name          = "alias/${var.name}-${each.key}"
  target_key_id = aws_kms_key.this[each.key].key_id
}

data "aws_iam_policy_document" "key" {
  for_each = var.keys

  # In a key's own policy the resource is the key itself, and without this statement nobody could ever change the policy again.
  statement {
    sid       = "AccountDecidesByIam"
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${var.account_id}:root"]
    }
  }

  dynamic "statement" {
    for_each = each.value.used_by_logs ? [1] : []
    content {
      sid = "CloudWatchLogs"
      actions = [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
      ]
      resources = ["*"]
      principals {
        type        = "Service"
        identifiers = ["logs.${var.region}.amazonaws.com"]
      }
      condition {
        test     = "ArnLike"
        variable = "kms:EncryptionContext:aws:logs:arn"
        values   = [for prefix in local.log_groups : "arn:aws:logs:${var.region}:${var.account_id}:log-group:${prefix}/${var.name}/*"]
      }
    }
  }

  # AWS' own examples of such a key name no account here, and EventBridge sends none: with a condition, alarms would be dropped without a word.
  # What these services may send is said by the topic's policy.
  dynamic "statement" {
    for_each = each.value.used_by_alarms ? [1] : []
    content {
      sid       = "AlarmsToTopic"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = ["*"]
      principals {
        type        = "Service"
        identifiers = ["cloudwatch.amazonaws.com", "events.amazonaws.com", "ses.amazonaws.com"]
      }
    }
  }
}

locals {
  # Ours, and those whose names AWS chooses.
  log_groups = ["", "/aws/rds/instance", "/aws/ecs/containerinsights"]
}
