# What the worker's log says, as numbers. Every message named here is one that the code writes; scripts/infra checks it.

locals {
  filters = {
    RunsDecided      = { pattern = "{ $.msg = \"run decided\" }", value = "1" }
    WorkerErrors     = { pattern = "{ $.level >= 50 }", value = "1" }
    TaskQueueBacklog = { pattern = "{ $.msg = \"task queue backlog\" }", value = "$.backlog" }
  }
}

resource "aws_cloudwatch_log_metric_filter" "worker" {
  for_each       = local.filters
  name           = "${var.name}-${each.key}"
  log_group_name = var.worker_log_group_name
  pattern        = each.value.pattern

  metric_transformation {
    name      = each.key
    namespace = var.metric_namespace
    value     = each.value.value
  }
}
