# What each program may do in AWS, and nothing else. Nobody may delete from a bucket, shorten a retention or change a key.

# All three read recon.yaml, and with it the secrets that it names.
data "aws_iam_policy_document" "read_secrets" {
  statement {
    sid       = "ReadSecrets"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = values(module.secrets.arns)
  }

  statement {
    sid       = "DecryptSecrets"
    actions   = ["kms:Decrypt"]
    resources = [module.kms.arns["data"]]
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.${var.region}.amazonaws.com"]
    }
  }

  statement {
    sid       = "UnwrapPayloadKeys"
    actions   = ["kms:Decrypt"]
    resources = [module.kms.arns["payloads"]]
  }
}

# Workers and the watchdog tell people.
data "aws_iam_policy_document" "send_mail" {
  statement {
    # The second version of its interface asks for one or the other, by what a mail is made of.
    sid       = "SendAsOurselves"
    actions   = ["ses:SendEmail", "ses:SendRawEmail"]
    resources = [module.mail.identity_arn, module.mail.configuration_set_arn]
    condition {
      test     = "StringEquals"
      variable = "ses:FromAddress"
      values   = [local.configuration_values.mail_from]
    }
  }
}

data "aws_iam_policy_document" "worker" {
  source_policy_documents = [
    data.aws_iam_policy_document.read_secrets.json,
    data.aws_iam_policy_document.send_mail.json,
  ]

  statement {
    sid       = "WriteAndReadReports"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${module.buckets.arns["reports"]}/*"]
  }

  # PutObjectRetention sets the date of a new object; under COMPLIANCE nothing can shorten it.
  statement {
    sid       = "SealAndReadEvidence"
    actions   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectRetention"]
    resources = ["${module.buckets.arns["evidence"]}/*"]
  }

  statement {
    sid       = "SeeWhatIsThere"
    actions   = ["s3:ListBucket"]
    resources = [module.buckets.arns["reports"], module.buckets.arns["evidence"]]
  }

  statement {
    sid       = "SeeVersionsOfAnchors"
    actions   = ["s3:ListBucketVersions"]
    resources = [module.buckets.arns["evidence"]]
  }

  statement {
    sid       = "EncryptWhatIsStored"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [module.kms.arns["reports"], module.kms.arns["evidence"]]
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.region}.amazonaws.com"]
    }
  }

  dynamic "statement" {
    for_each = length(var.settlement_buckets) == 0 ? [] : [1]
    content {
      sid       = "ListSettlementFiles"
      actions   = ["s3:ListBucket"]
      resources = [for source in var.settlement_buckets : source.bucket_arn]
      condition {
        test     = "StringLike"
        variable = "s3:prefix"
        values   = [for source in var.settlement_buckets : "${source.prefix}*"]
      }
    }
  }

  dynamic "statement" {
    for_each = length(var.settlement_buckets) == 0 ? [] : [1]
    content {
      sid       = "ReadSettlementFiles"
      actions   = ["s3:GetObject"]
      resources = [for source in var.settlement_buckets : "${source.bucket_arn}/${source.prefix}*"]
    }
  }

  dynamic "statement" {
    for_each = length(local.settlement_keys) == 0 ? [] : [1]
    content {
      sid       = "DecryptSettlementFiles"
      actions   = ["kms:Decrypt"]
      resources = local.settlement_keys
    }
  }
}

data "aws_iam_policy_document" "codec_keys" {
  source_policy_documents = [data.aws_iam_policy_document.read_secrets.json]

  statement {
    sid       = "MakeDataKey"
    actions   = ["kms:GenerateDataKeyWithoutPlaintext"]
    resources = [module.kms.arns["payloads"]]
  }

  statement {
    sid       = "KeepDataKeys"
    actions   = ["secretsmanager:PutSecretValue"]
    resources = [module.secrets.arns["codec-keys"]]
  }

  statement {
    sid       = "EncryptDataKeys"
    actions   = ["kms:GenerateDataKey"]
    resources = [module.kms.arns["data"]]
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["secretsmanager.${var.region}.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "watchdog" {
  source_policy_documents = [
    data.aws_iam_policy_document.read_secrets.json,
    data.aws_iam_policy_document.send_mail.json,
  ]

  statement {
    sid       = "ReadAnchors"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = ["${module.buckets.arns["evidence"]}/*"]
  }

  statement {
    sid       = "SeeVersionsOfAnchors"
    actions   = ["s3:ListBucket", "s3:ListBucketVersions"]
    resources = [module.buckets.arns["evidence"]]
  }

  statement {
    sid       = "DecryptAnchors"
    actions   = ["kms:Decrypt"]
    resources = [module.kms.arns["evidence"]]
    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.region}.amazonaws.com"]
    }
  }
}

locals {
  settlement_keys = distinct(compact([for source in var.settlement_buckets : source.kms_key_arn]))
}
