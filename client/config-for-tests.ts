// The text of a recon.yaml for tests of the command line. Never imported by the product.

export interface YamlForTests {
  readonly temporal: string;
  readonly namespace?: string;
  /** What is below `reports.store`; relative to the file. */
  readonly store?: string;
  readonly startDate?: string;
}

export function yamlForTests({
  temporal,
  namespace = 'default',
  store = 'reports',
  startDate = '2026-01-01',
}: YamlForTests): string {
  return `
reportingCurrency: USD
database: env:DATABASE_URL
temporal: { address: "${temporal}", namespace: ${namespace}, uiUrl: "http://127.0.0.1:8233" }
accounts:
  - account: stripe/us
    zone: America/New_York
    startDate: ${startDate}
    sourceDeadline: 0s
    source: { kind: file, location: stripe }
    internal: { kind: file, location: internal }
  - account: test/files
    zone: UTC
    startDate: ${startDate}
    sourceDeadline: 0s
    source: { kind: file, location: processor }
    internal: { kind: file, location: internal }
reports: { store: ${store} }
notifications:
  from: recon@example.com
  transport: { kind: smtp, url: env:SMTP_URL }
  routes: [{ to: [ops@example.com], from: low }]
`;
}
