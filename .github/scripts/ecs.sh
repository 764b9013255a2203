# What deploy.yml does on ECS; sourced by its steps, with CLUSTER, SERVICE and NETWORK in the environment. Every wait is bounded.
# shellcheck shell=bash
set -euo pipefail

# A migration of a large table; the waiter of the AWS CLI gives up after ten minutes.
TASK_WAITS_MAX=3
# What a person reads of a task that failed; the rest stays in CloudWatch.
LOG_LINES_MAX=60

# The revision that the service runs now.
running_revision() {
  aws ecs describe-services --cluster "$CLUSTER" --services "$SERVICE" --query 'services[0].taskDefinition' --output text
}

# register FAMILY IMAGE: the family's latest revision with another image, as a new revision. Prints its ARN.
register() {
  local definition
  definition="$(aws ecs describe-task-definition --task-definition "$1" --query taskDefinition --output json |
    jq --arg image "$2" '.containerDefinitions |= map(.image = $image)
      | {family, taskRoleArn, executionRoleArn, networkMode, containerDefinitions, volumes, placementConstraints,
         requiresCompatibilities, cpu, memory, runtimePlatform} | with_entries(select(.value != null))')"
  aws ecs register-task-definition --cli-input-json "$definition" --query taskDefinition.taskDefinitionArn --output text
}

# run_task REVISION CONTAINER [COMMAND as JSON] [another exit code that is good]: runs it to its end.
run_task() {
  local overrides='{}' started task code
  if [ -n "${3:-}" ]; then
    overrides="$(jq --null-input --arg name "$2" --argjson command "$3" '{containerOverrides: [{name: $name, command: $command}]}')"
  fi
  started="$(aws ecs run-task --cluster "$CLUSTER" --launch-type FARGATE --task-definition "$1" --started-by "$GITHUB_RUN_ID" \
    --network-configuration "awsvpcConfiguration=$NETWORK" --overrides "$overrides" --output json)"
  task="$(jq --raw-output '.tasks[0].taskArn // empty' <<<"$started")"
  if [ -z "$task" ]; then
    echo "$2 was not started: $(jq --compact-output .failures <<<"$started")"
    return 1
  fi
  for ((wait = 1; wait <= TASK_WAITS_MAX; wait++)); do
    aws ecs wait tasks-stopped --cluster "$CLUSTER" --tasks "$task" && break
  done
  code="$(aws ecs describe-tasks --cluster "$CLUSTER" --tasks "$task" \
    --query "tasks[0].containers[?name=='$2'].exitCode | [0]" --output text)"
  echo "$2 ended with $code"
  if [ "$code" = 0 ] || { [ -n "${4:-}" ] && [ "$code" = "$4" ]; }; then return 0; fi
  why_it_failed "$task" "$2"
  return 1
}

# why_it_failed TASK CONTAINER: what ECS says, and the end of its log (terraform/modules/task: /CLUSTER/ROLE, ROLE/CONTAINER/ID).
why_it_failed() {
  aws ecs describe-tasks --cluster "$CLUSTER" --tasks "$1" \
    --query 'tasks[0].[stoppedReason, containers[].[name, exitCode, reason]]' --output json || true
  local container
  for container in configuration "$2"; do
    aws logs get-log-events --log-group-name "/$CLUSTER/$2" --log-stream-name "$2/$container/${1##*/}" \
      --limit "$LOG_LINES_MAX" --query 'events[].message' --output json | jq --raw-output '.[]' || true
  done
}

# deploy REVISION: the circuit breaker of the service goes back by itself when tasks do not start.
deploy() {
  aws ecs update-service --cluster "$CLUSTER" --service "$SERVICE" --task-definition "$1" --query 'service.serviceArn' --output text
  aws ecs wait services-stable --cluster "$CLUSTER" --services "$SERVICE"
  [ "$(running_revision)" = "$1" ]
}

# verify IMAGE: what runs is what was built.
verify() {
  local running
  running="$(aws ecs describe-task-definition --task-definition "$(running_revision)" \
    --query 'taskDefinition.containerDefinitions[].image' --output json | jq --raw-output 'unique | join(" ")')"
  echo "running: $running"
  [ "$running" = "$1" ]
}
