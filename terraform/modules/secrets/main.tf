# Where secrets are kept. Their values never pass through Terraform: they are set once by a person
# (aws secretsmanager put-secret-value), and so stand in no state file.

resource "aws_secretsmanager_secret" "this" {
  for_each                = var.secrets
  name                    = "${var.name}/${each.key}"
  description             = each.value.description
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = 30
}

resource "aws_secretsmanager_secret_rotation" "this" {
  for_each            = { for name, secret in var.secrets : name => secret if secret.rotation_lambda_arn != null }
  secret_id           = aws_secretsmanager_secret.this[each.key].id
  rotation_lambda_arn = each.value.rotation_lambda_arn
  rotate_immediately  = false
  rotation_rules {
    automatically_after_days = each.value.rotation_days
  }
}

resource "aws_secretsmanager_secret_policy" "this" {
  for_each            = var.secrets
  secret_arn          = aws_secretsmanager_secret.this[each.key].arn
  policy              = data.aws_iam_policy_document.secret[each.key].json
  block_public_policy = true
}

data "aws_iam_policy_document" "secret" {
  for_each = var.secrets

  # A resource policy of a secret applies to that secret alone: the star is the secret itself.
  statement {
    sid       = "TlsOnly"
    effect    = "Deny"
    actions   = ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]
    resources = ["*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
