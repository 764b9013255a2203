# What the logs say, as numbers. Every message named here is one that the code writes, and every field one that it writes with it;
# scripts/infra checks both.

locals {
  filters = {
    RunsDecided      = { log = var.worker_log_group_name, pattern = "{ $.msg = \"run decided\" }", value = "1" }
    WorkerStarts     = { log = var.worker_log_group_name, pattern = "{ $.msg = \"worker polls\" }", value = "1" }
    WorkerErrors     = { log = var.worker_log_group_name, pattern = "{ $.level >= 50 }", value = "1" }
    TaskQueueBacklog = { log = var.worker_log_group_name, pattern = "{ $.msg = \"task queue backlog\" }", value = "$.backlog" }
    # Within whatever failed for it.
    CodecKeyUnknown = { log = var.worker_log_group_name, pattern = "\"the codec has no key\"", value = "1" }
    WatchdogLooks   = { log = var.watchdog_log_group_name, pattern = "\"watchdog looked at everything\"", value = "1" }
  }
}

resource "aws_cloudwatch_log_metric_filter" "logs" {
  for_each       = local.filters
  name           = "${var.name}-${each.key}"
  log_group_name = each.value.log
  pattern        = each.value.pattern

  metric_transformation {
    name      = each.key
    namespace = var.metric_namespace
    value     = each.value.value
  }
}
