# One page: is it running, is it keeping up, how is the database.

locals {
  widgets = [
    { title = "Days decided an hour", metrics = [[var.metric_namespace, "RunsDecided"]], stat = "Sum", period = 3600 },
    { title = "Errors in the worker's log", metrics = [[var.metric_namespace, "WorkerErrors"]], stat = "Sum", period = 300 },
    { title = "Tasks that wait", metrics = [[var.metric_namespace, "TaskQueueBacklog"]], stat = "Maximum", period = 60 },
    {
      title   = "Workers"
      metrics = [["ECS/ContainerInsights", "RunningTaskCount", "ClusterName", var.cluster_name, "ServiceName", var.service_name]]
      stat    = "Average"
      period  = 60
    },
    {
      title = "Workers' processor and memory, per cent"
      metrics = [for metric in ["CPUUtilization", "MemoryUtilization"] :
      ["AWS/ECS", metric, "ClusterName", var.cluster_name, "ServiceName", var.service_name]]
      stat   = "Average"
      period = 60
    },
    {
      title = "Database: processor, connections"
      metrics = [for metric in ["CPUUtilization", "DatabaseConnections"] :
      ["AWS/RDS", metric, "DBInstanceIdentifier", var.database_identifier]]
      stat   = "Average"
      period = 60
    },
    {
      title = "Watchdog: looks, starts, starts that failed"
      metrics = concat([[var.metric_namespace, "WatchdogLooks"]], [for metric in ["InvocationAttemptCount", "TargetErrorCount", "InvocationDroppedCount"] :
      ["AWS/Scheduler", metric, "ScheduleGroup", var.schedule_group]])
      stat   = "Sum"
      period = 600
    },
    {
      title   = "Database: free storage, bytes"
      metrics = [["AWS/RDS", "FreeStorageSpace", "DBInstanceIdentifier", var.database_identifier]]
      stat    = "Minimum"
      period  = 300
    },
    {
      title   = "Mail: sent, returned"
      metrics = [for metric in ["Send", "Bounce", "Complaint"] : ["AWS/SES", metric]]
      stat    = "Sum"
      period  = 3600
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = concat(
      [{
        type       = "alarm", x = 0, y = 0, width = 24, height = 3
        properties = { title = "Alarms", alarms = [for alarm in aws_cloudwatch_metric_alarm.this : alarm.arn] }
      }],
      [for at, widget in local.widgets : {
        type = "metric", x = (at % 3) * 8, y = 3 + floor(at / 3) * 6, width = 8, height = 6
        properties = {
          title  = widget.title, metrics = widget.metrics, stat = widget.stat, period = widget.period,
          region = var.region, view = "timeSeries"
        }
      }],
    )
  })
}
