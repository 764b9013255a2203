terraform {
  required_version = ">= 1.10"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "6.66.0"
    }
  }

  # Bucket and region come with -backend-config; the bucket is older than everything here. Locked in the bucket itself.
  backend "s3" {
    key          = "recon/prod/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      project     = "recon"
      environment = "prod"
    }
  }
}
