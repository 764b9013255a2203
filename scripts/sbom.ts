// node scripts/sbom.ts > sbom.cdx.json: what production is made of, as CycloneDX.
import { softwareBill } from './infra/software-bill.ts';

console.log(JSON.stringify(await softwareBill(process.cwd()), null, 2));
