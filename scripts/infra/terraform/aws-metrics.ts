// The metrics of AWS' services that our alarms and autoscaling use, with the dimensions under which AWS writes them. A new one is
// looked up in the service's manual first. AWS Backup's dimension was seen in public code only: the first night says whether no-backup counts.
const OF_DATABASE = ['DBInstanceIdentifier'];

export const AWS_METRICS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'AWS/Backup': { NumberOfBackupJobsCompleted: ['BackupVaultName'] },
  'AWS/RDS': {
    CPUUtilization: OF_DATABASE,
    DatabaseConnections: OF_DATABASE,
    FreeStorageSpace: OF_DATABASE,
    FreeableMemory: OF_DATABASE,
  },
  'AWS/SES': { 'Reputation.BounceRate': [], 'Reputation.ComplaintRate': [] },
  'ECS/ContainerInsights': { RunningTaskCount: ['ClusterName', 'ServiceName'] },
};
