# What wakes somebody. The system tells by itself what is wrong with money (docs/alerts.md); this is for when it cannot tell any more.

locals {
  run_book = "docs/operations.md"

  alarms = {
    no-worker = {
      description = "Fewer workers run than should: what is started stands still. Look at the service's events, then at the worker's log."
      namespace   = "ECS/ContainerInsights"
      metric      = "RunningTaskCount"
      dimensions  = { ClusterName = var.cluster_name, ServiceName = var.service_name }
      statistic   = "Minimum"
      comparison  = "LessThanThreshold"
      threshold   = var.worker_count_min
      period      = 60
      periods     = 10
      missing     = "breaching"
    }
    worker-errors = {
      description = "The worker logs errors again and again: npm run recon -- doctor asks every source and server."
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
    no-run = {
      description = "No day was decided for 26 hours: npm run recon -- status says what is due and whether the schedules are active."
      namespace   = var.metric_namespace
      metric      = "RunsDecided"
      dimensions  = {}
      statistic   = "Sum"
      comparison  = "LessThanThreshold"
      threshold   = 1
      period      = 3600
      periods     = 26
      missing     = "breaching"
    }
    database-storage = {
      description = "Less than a tenth of the database's storage is free and it may not grow further: raise storage_gib_max."
      namespace   = "AWS/RDS"
      metric      = "FreeStorageSpace"
      dimensions  = { DBInstanceIdentifier = var.database_identifier }
      statistic   = "Minimum"
      comparison  = "LessThanThreshold"
      threshold   = var.database_free_bytes_min
      period      = 300
      periods     = 3
      missing     = "breaching"
    }
    database-cpu = {
      description = "The database computes at its limit for half an hour: runs take longer than they should."
      namespace   = "AWS/RDS"
      metric      = "CPUUtilization"
      dimensions  = { DBInstanceIdentifier = var.database_identifier }
      statistic   = "Average"
      comparison  = "GreaterThanThreshold"
      threshold   = 90
      period      = 300
      periods     = 6
      missing     = "missing"
    }
    mail-bounces = {
      description = "More than 5 in 100 mails come back: AWS stops sending at 10. Correct the addresses in recon.yaml."
      namespace   = "AWS/SES"
      metric      = "Reputation.BounceRate"
      dimensions  = {}
      statistic   = "Maximum"
      comparison  = "GreaterThanThreshold"
      threshold   = 0.05
      period      = 3600
      periods     = 1
      missing     = "notBreaching"
    }
    watchdog-not-started = {
      description = "The schedule could not start the watchdog: nobody looks from outside. See the task's stopped reason."
      namespace   = "AWS/Scheduler"
      metric      = "TargetErrorCount"
      dimensions  = { ScheduleGroup = var.schedule_group }
      statistic   = "Sum"
      comparison  = "GreaterThanThreshold"
      threshold   = 0
      period      = 300
      periods     = 3
      missing     = "notBreaching"
    }
    watchdog-silent = {
      description = "The watchdog was not started for 40 minutes: its schedule is disabled or gone."
      namespace   = "AWS/Scheduler"
      metric      = "InvocationAttemptCount"
      dimensions  = { ScheduleGroup = var.schedule_group }
      statistic   = "Sum"
      comparison  = "LessThanThreshold"
      threshold   = 1
      period      = 600
      periods     = 4
      missing     = "breaching"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each            = local.alarms
  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "${each.value.description} Run book: ${local.run_book}"
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
