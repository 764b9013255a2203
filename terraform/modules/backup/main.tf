# Copies of the database that outlive it, in a vault where nobody can delete them early. RDS' own backups reach back to any second
# of the last days; these are for months, and for the day when somebody removes the database itself.

resource "aws_backup_vault" "this" {
  name          = var.name
  kms_key_arn   = var.kms_key_arn
  force_destroy = false
}

# Without changeable_for_days this is governance mode: who may administer backups can still undo it. Set it for a lock that is final.
resource "aws_backup_vault_lock_configuration" "this" {
  backup_vault_name   = aws_backup_vault.this.name
  min_retention_days  = var.retention_days_min
  max_retention_days  = 3653
  changeable_for_days = var.lock_final_after_days
}

resource "aws_backup_plan" "this" {
  name = var.name

  rule {
    rule_name         = "daily"
    target_vault_name = aws_backup_vault.this.name
    schedule          = "cron(0 3 * * ? *)"
    start_window      = 60
    completion_window = 360

    lifecycle {
      delete_after = var.daily_retention_days
    }

    dynamic "copy_action" {
      for_each = var.copy_vault_arn == null ? [] : [var.copy_vault_arn]
      content {
        destination_vault_arn = copy_action.value
        lifecycle {
          delete_after = var.daily_retention_days
        }
      }
    }
  }

  rule {
    rule_name         = "monthly"
    target_vault_name = aws_backup_vault.this.name
    schedule          = "cron(0 4 1 * ? *)"
    start_window      = 60
    completion_window = 360

    lifecycle {
      delete_after = var.monthly_retention_days
    }
  }
}

resource "aws_backup_selection" "this" {
  name         = var.name
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = aws_iam_role.backup.arn
  resources    = [var.database_arn]
}

resource "aws_iam_role" "backup" {
  name               = "${var.name}-backup"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

data "aws_iam_policy_document" "trust" {
  statement {
    sid     = "Backup"
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["backup.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account_id]
    }
  }
}

resource "aws_iam_role_policy" "backup" {
  name   = "snapshots"
  role   = aws_iam_role.backup.id
  policy = data.aws_iam_policy_document.backup.json
}

# AWSBackupServiceRolePolicyForBackup, cut down to this database.
data "aws_iam_policy_document" "backup" {
  statement {
    sid = "SnapshotThisDatabase"
    actions = [
      "rds:AddTagsToResource",
      "rds:CopyDBSnapshot",
      "rds:CreateDBSnapshot",
      "rds:DescribeDBInstances",
      "rds:DescribeDBSnapshots",
      "rds:ListTagsForResource",
    ]
    resources = [var.database_arn, local.snapshots]
  }

  statement {
    sid       = "DeleteWhatBackupMade"
    actions   = ["rds:DeleteDBSnapshot", "rds:ModifyDBSnapshotAttribute"]
    resources = [local.snapshots]
  }

  statement {
    sid       = "UseVaults"
    actions   = ["backup:CopyFromBackupVault", "backup:CopyIntoBackupVault", "backup:DescribeBackupVault"]
    resources = compact([aws_backup_vault.this.arn, var.copy_vault_arn])
  }

  statement {
    sid       = "UseKeyForSnapshots"
    actions   = ["kms:CreateGrant"]
    resources = [var.kms_key_arn]
    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = ["true"]
    }
  }

  statement {
    sid       = "DescribeKey"
    actions   = ["kms:DescribeKey"]
    resources = [var.kms_key_arn]
  }
}

locals {
  snapshots = "arn:aws:rds:${var.region}:${var.account_id}:snapshot:awsbackup:*"
}
