# One way to run the image: as nobody in particular, on a read-only root, with exactly the secrets and rights it is given.
# A first container writes the configuration to the one folder that can be written, and ends.

locals {
  hardened = {
    image                  = var.image
    user                   = "10001:10001"
    readonlyRootFilesystem = true
    privileged             = false
    linuxParameters        = { initProcessEnabled = true, capabilities = { drop = ["ALL"] } }
    mountPoints            = [{ sourceVolume = "scratch", containerPath = var.folder, readOnly = false }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        "awslogs-group"         = aws_cloudwatch_log_group.this.name
        "awslogs-region"        = var.region
        "awslogs-stream-prefix" = var.role
        mode                    = "non-blocking"
        "max-buffer-size"       = "25m"
      }
    }
  }

  write_files = <<-JS
    const { mkdirSync, writeFileSync } = require('node:fs');
    mkdirSync('${var.folder}/tmp', { recursive: true });
    for (const [name, text] of Object.entries(JSON.parse(process.env.RECON_FILES))) writeFileSync('${var.folder}/' + name, text);
  JS

  environment = merge(var.environment, {
    RECON_CONFIG = "${var.folder}/recon.yaml"
    TMPDIR       = "${var.folder}/tmp"
    AWS_REGION   = var.region
  })

  containers = [
    merge(local.hardened, {
      name        = "configuration"
      essential   = false
      command     = ["node", "-e", local.write_files]
      environment = [{ name = "RECON_FILES", value = jsonencode(var.files) }]
    }),
    merge(local.hardened, {
      name        = var.role
      essential   = true
      command     = var.command
      stopTimeout = 120
      dependsOn   = [{ containerName = "configuration", condition = "SUCCESS" }]
      environment = [for name in sort(keys(local.environment)) : { name = name, value = local.environment[name] }]
      secrets     = [for name in sort(keys(var.secrets)) : { name = name, valueFrom = var.secrets[name] }]
      }, var.health_command == null ? {} : {
      healthCheck = { command = var.health_command, interval = 30, timeout = 5, retries = 3, startPeriod = 60 }
    }),
  ]
}

resource "aws_ecs_task_definition" "this" {
  family                   = "${var.name}-${var.role}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory_mib
  execution_role_arn       = aws_iam_role.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions    = jsonencode(local.containers)

  runtime_platform {
    cpu_architecture        = "X86_64"
    operating_system_family = "LINUX"
  }

  volume {
    name = "scratch"
  }

  # Whatever starts the task finds its rights there: without them the first one could not even fetch its image.
  depends_on = [aws_iam_role_policy.execution, aws_iam_role_policy.task]
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/${var.name}/${var.role}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.log_key_arn
}
