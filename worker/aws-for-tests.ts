// AWS by an emulator, as a process of the product reaches it: by what the configuration says and the SDK's own chain.
import { type Moto, startMoto } from '../local/moto.ts';

const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any', AWS_REGION: 'us-east-1' } as const;

export interface AwsForTests {
  readonly url: string;
  readonly region: string;
  stop(): Promise<void>;
}

export async function startAws(): Promise<AwsForTests> {
  const before = Object.keys(CREDENTIALS).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, CREDENTIALS);
  const moto: Moto = await startMoto();
  return {
    url: moto.url,
    region: CREDENTIALS.AWS_REGION,
    stop: async () => {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      await moto.stop();
    },
  };
}
