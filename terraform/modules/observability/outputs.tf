output "alarm_topic_arn" {
  value = aws_sns_topic.alarms.arn

  # SES tries the topic when it is named to it.
  depends_on = [aws_sns_topic_policy.alarms]
}
