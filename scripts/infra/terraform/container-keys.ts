// What ECS knows of a container, by its API (ContainerDefinition), and of what stands inside. Nobody is sure to say so when it does not know one:
// a misspelt readonlyRootFilesystem is silently a root that can be written.
export const CONTAINER_KEYS: ReadonlySet<string> = new Set(
  `name image repositoryCredentials cpu memory memoryReservation links portMappings essential restartPolicy entryPoint
  command environment environmentFiles mountPoints volumesFrom linuxParameters secrets dependsOn startTimeout stopTimeout
  versionConsistency hostname user workingDirectory disableNetworking privileged readonlyRootFilesystem dnsServers
  dnsSearchDomains extraHosts dockerSecurityOptions interactive pseudoTerminal dockerLabels ulimits logConfiguration
  healthCheck systemControls resourceRequirements firelensConfiguration credentialSpecs
  value valueFrom type containerName condition interval timeout retries startPeriod containerPort hostPort protocol
  sourceVolume containerPath readOnly softLimit hardLimit enabled`.split(/\s+/),
);

/** Names that are assigned to in an expression. */
export function keysIn(expression: string): string[] {
  return [...expression.matchAll(/(?<![\w."-])([A-Za-z]\w*)\s*=(?![=>])/g)].map(([, key = '']) => key);
}
