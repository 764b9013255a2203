# What wakes somebody. The system tells by itself what is wrong with money (docs/alerts.md); this is for when it cannot tell any more.
# Each has its paragraph in the run book, under its name.

locals {
  run_book = "docs/alerts.md"

  # Each alarm counts over the span of period times periods, in seconds.
  alarms = merge(local.worker_alarms, local.database_alarms, local.other_alarms)

  of_service  = { ClusterName = var.cluster_name, ServiceName = var.service_name }
  of_database = { DBInstanceIdentifier = var.database_identifier }

  worker_alarms = {
    no-worker = {
      description = "Fewer workers run than should, for ten minutes."
      namespace   = "ECS/ContainerInsights"
      metric      = "RunningTaskCount"
      dimensions  = local.of_service
      statistic   = "Minimum"
      comparison  = "LessThanThreshold"
      threshold   = var.worker_count_min
      period      = 60
      periods     = 10
      missing     = "breaching"
    }
    # They ask Temporal once a minute; ECS' own health check asks only whether the process lives.
    workers-cut-off = {
      description = "For fifteen minutes no worker had an answer from Temporal: what is started stands still."
      namespace   = var.metric_namespace
      metric      = "TaskQueueBacklog"
      dimensions  = {}
      statistic   = "SampleCount"
      comparison  = "LessThanThreshold"
      threshold   = 1
      period      = 300
      periods     = 3
      missing     = "breaching"
    }
    # A delivery with all of them, and as much scaling, stays below.
    workers-restart = {
      description = "Workers start again and again."
      namespace   = var.metric_namespace
      metric      = "WorkerStarts"
      dimensions  = {}
      statistic   = "Sum"
      comparison  = "GreaterThanThreshold"
      threshold   = var.worker_count_max * 2 + 4
      period      = 3600
      periods     = 1
      missing     = "notBreaching"
    }
    worker-errors = {
      description = "The workers log errors again and again."
      namespace   = var.metric_namespace
      metric      = "WorkerErrors"
      dimensions  = {}
      statistic   = "Sum"
      comparison  = "GreaterThanThreshold"
      threshold   = 20
      period      = 300
      periods     = 3
      missing     = "notBreaching"
    }
    # In the moment of a rotation one may be named before it is fetched; what is really missing is asked for again every ten minutes or sooner.
    codec-key-unknown = {
      description = "For twenty minutes payloads in Temporal name a key that codec-keys does not hold: their runs stand still until it is back."
      namespace   = var.metric_namespace
      metric      = "CodecKeyUnknown"
      dimensions  = {}
      statistic   = "Sum"
      comparison  = "GreaterThanThreshold"
      threshold   = 0
      period      = 300
      periods     = 3
      missing     = "notBreaching"
    }
    # A day may wait ten hours for its sources (sourceDeadline), and the day before may have been early.
    no-run = {
      description = "No day was decided for 36 hours."
      namespace   = var.metric_namespace
      metric      = "RunsDecided"
      dimensions  = {}
      statistic   = "Sum"
      comparison  = "LessThanThreshold"
      threshold   = 1
      period      = 3600
      periods     = 36
      missing     = "breaching"
    }
  }

  database_alarms = {
    # RDS makes it larger by itself when a tenth is left; this is when that did not help.
    database-storage = {
      description = "The database has little storage left, and does not grow any more."
      namespace   = "AWS/RDS"
      metric      = "FreeStorageSpace"
      dimensions  = local.of_database
      statistic   = "Minimum"
      comparison  = "LessThanThreshold"
      threshold   = var.database_free_bytes_min
      period      = 300
      periods     = 6
      missing     = "breaching"
    }
    database-cpu = {
      description = "The database computes at its limit for half an hour."
      namespace   = "AWS/RDS"
      metric      = "CPUUtilization"
      dimensions  = local.of_database
      statistic   = "Average"
      comparison  = "GreaterThanThreshold"
      threshold   = 90
      period      = 300
      periods     = 6
      missing     = "missing"
    }
    database-memory = {
      description = "The database has less than 256 MiB of memory left."
      namespace   = "AWS/RDS"
      metric      = "FreeableMemory"
      dimensions  = local.of_database
      statistic   = "Average"
      comparison  = "LessThanThreshold"
      threshold   = 268435456
      period      = 300
      periods     = 6
      missing     = "missing"
    }
    database-connections = {
      description = "More connections to the database than all workers can hold."
      namespace   = "AWS/RDS"
      metric      = "DatabaseConnections"
      dimensions  = local.of_database
      statistic   = "Maximum"
      comparison  = "GreaterThanThreshold"
      threshold   = var.database_connections_max
      period      = 300
      periods     = 3
      missing     = "missing"
    }
  }

  other_alarms = {
    # One alarm for all that keeps it from looking or telling: a schedule that is gone, a task that does not start, exit code 3.
    watchdog-silent = {
      description = "For 40 minutes the watchdog did not look at everything, or could not tell anybody."
      namespace   = var.metric_namespace
      metric      = "WatchdogLooks"
      dimensions  = {}
      statistic   = "Sum"
      comparison  = "LessThanThreshold"
      threshold   = 1
      period      = 600
      periods     = 4
      missing     = "breaching"
    }
    no-backup = {
      description = "No backup of the database was completed for 30 hours."
      namespace   = "AWS/Backup"
      metric      = "NumberOfBackupJobsCompleted"
      dimensions  = { BackupVaultName = var.backup_vault_name }
      statistic   = "Sum"
      comparison  = "LessThanThreshold"
      threshold   = 1
      period      = 3600
      periods     = 30
      missing     = "breaching"
    }
    mail-bounces = {
      description = "More than 5 in 100 mails come back; at 10 AWS stops sending."
      namespace   = "AWS/SES"
      metric      = "Reputation.BounceRate"
      dimensions  = {}
      statistic   = "Maximum"
      comparison  = "GreaterThanThreshold"
      threshold   = 0.05
      period      = 3600
      periods     = 1
      missing     = "ignore"
    }
    mail-complaints = {
      description = "More than 1 in 1,000 mails are called unwanted by whoever gets them; at 5 AWS stops sending."
      namespace   = "AWS/SES"
      metric      = "Reputation.ComplaintRate"
      dimensions  = {}
      statistic   = "Maximum"
      comparison  = "GreaterThanThreshold"
      threshold   = 0.001
      period      = 3600
      periods     = 1
      missing     = "ignore"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each            = local.alarms
  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.description} Run book: ${local.run_book}#${each.key}"
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = each.value.period
  evaluation_periods  = each.value.periods
  treat_missing_data  = each.value.missing
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}
