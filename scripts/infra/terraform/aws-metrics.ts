// Which metrics AWS publishes by which dimensions, of services that are used here. CloudWatch keeps quiet about a metric or a set of
// dimensions that nobody publishes: the alarm waits for ever. What is not in here is looked up in the service's manual first. AWS Backup's
// dimensions were seen in public code only: the first night says whether no-backup counts.
interface Published {
  /** Sets of dimensions, each of which is a series of its own. */
  readonly by: readonly (readonly string[])[];
  readonly metrics: ReadonlySet<string>;
}

function published(by: Published['by'], metrics: string): Published {
  return { by, metrics: new Set(metrics.trim().split(/\s+/)) };
}

export const AWS_METRICS: ReadonlyMap<string, Published> = new Map([
  [
    'AWS/RDS',
    published(
      [['DBInstanceIdentifier'], ['DatabaseClass'], ['EngineName']],
      `BurstBalance CheckpointLag ConnectionAttempts CPUUtilization CPUCreditUsage CPUCreditBalance
       CPUSurplusCreditBalance CPUSurplusCreditsCharged DatabaseConnections DBLoad DBLoadCPU DBLoadNonCPU
       DBLoadRelativeToNumVCPUs DiskQueueDepth DiskQueueDepthLogVolume EBSByteBalance% EBSIOBalance% FreeableMemory
       FreeLocalStorage FreeLocalStoragePercent FreeStorageSpace FreeStorageSpaceLogVolume MaximumUsedTransactionIDs
       NetworkReceiveThroughput NetworkTransmitThroughput OldestReplicationSlotLag OldestLogicalReplicationSlotLag ReadIOPS ReadIOPSLocalStorage
       ReadLatency ReadLatencyLocalStorage ReadThroughput ReadThroughputLocalStorage ReplicaLag ReplicationSlotDiskUsage
       SwapUsage TransactionLogsDiskUsage TransactionLogsGeneration WriteIOPS WriteIOPSLocalStorage WriteLatency
       WriteLatencyLocalStorage WriteThroughput WriteThroughputLocalStorage`,
    ),
  ],
  [
    'AWS/ECS',
    published(
      [['ClusterName'], ['ClusterName', 'ServiceName']],
      'CPUUtilization MemoryUtilization CPUReservation MemoryReservation EBSFilesystemUtilization',
    ),
  ],
  [
    'ECS/ContainerInsights',
    published(
      [['ClusterName'], ['ClusterName', 'ServiceName'], ['ClusterName', 'TaskDefinitionFamily']],
      `ContainerInstanceCount CpuReserved CpuUtilized DeploymentCount DesiredTaskCount EphemeralStorageReserved
       EphemeralStorageUtilized MemoryReserved MemoryUtilized NetworkRxBytes NetworkTxBytes PendingTaskCount RestartCount
       RunningTaskCount ServiceCount StorageReadBytes StorageWriteBytes TaskCount TaskSetCount`,
    ),
  ],
  [
    'AWS/SES',
    published(
      [[], ['ses:configuration-set']],
      `Send Delivery Open Click Bounce Complaint Reject RenderingFailure DeliveryDelay Subscription
       Reputation.BounceRate Reputation.ComplaintRate`,
    ),
  ],
  [
    'AWS/Scheduler',
    published(
      [[], ['ScheduleGroup']],
      `InvocationAttemptCount TargetErrorCount TargetErrorThrottledCount InvocationThrottleCount InvocationDroppedCount
       InvocationsSentToDeadLetterCount InvocationsFailedToBeSentToDeadLetterCount
       InvocationsSentToDeadLetterCount_Truncated_MessageSizeExceeded`,
    ),
  ],
  [
    'AWS/SNS',
    published(
      [['TopicName'], []],
      `NumberOfMessagesPublished NumberOfNotificationsDelivered NumberOfNotificationsFailed
       NumberOfNotificationsFilteredOut NumberOfNotificationsRedrivenToDlq NumberOfNotificationsFailedToRedriveToDlq
       PublishSize`,
    ),
  ],
  [
    'AWS/Events',
    published(
      [[], ['RuleName'], ['EventBusName'], ['EventBusName', 'RuleName']],
      'FailedInvocations Invocations InvocationsSentToDlq InvocationsFailedToBeSentToDlq MatchedEvents ThrottledRules TriggeredRules',
    ),
  ],
  [
    'AWS/NATGateway',
    published(
      [['NatGatewayId']],
      `ActiveConnectionCount BytesInFromDestination BytesInFromSource BytesOutToDestination BytesOutToSource
       ConnectionAttemptCount ConnectionEstablishedCount ErrorPortAllocation IdleTimeoutCount PacketsDropCount
       PacketsInFromDestination PacketsInFromSource PacketsOutToDestination PacketsOutToSource PeakBytesPerSecond
       PeakPacketsPerSecond`,
    ),
  ],
  [
    'AWS/Backup',
    published(
      [[], ['BackupVaultName'], ['ResourceType'], ['BackupVaultName', 'ResourceType']],
      `NumberOfBackupJobsCreated NumberOfBackupJobsPending NumberOfBackupJobsRunning NumberOfBackupJobsAborted
       NumberOfBackupJobsCompleted NumberOfBackupJobsFailed NumberOfBackupJobsExpired NumberOfCopyJobsCreated
       NumberOfCopyJobsRunning NumberOfCopyJobsCompleted NumberOfCopyJobsFailed NumberOfRestoreJobsPending
       NumberOfRestoreJobsRunning NumberOfRestoreJobsCompleted NumberOfRestoreJobsFailed
       NumberOfRecoveryPointsCompleted NumberOfRecoveryPointsPartial NumberOfRecoveryPointsExpired
       NumberOfRecoveryPointsDeleting NumberOfRecoveryPointsCold`,
    ),
  ],
  [
    'AWS/Logs',
    published(
      [[], ['LogGroupName']],
      'IncomingBytes IncomingLogEvents ForwardedBytes ForwardedLogEvents DeliveryErrors DeliveryThrottling EMFParsingErrors EMFValidationErrors',
    ),
  ],
]);
