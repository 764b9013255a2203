// Makes the worker's login in PostgreSQL, or gives it the password that the secret database-url holds now. Run by the task login, with
// the owner's login, after setup; safe to repeat. Sends a verifier: the password itself would stand in the database's log.
const { createHash, createHmac, pbkdf2Sync, randomBytes } = require('node:crypto');
const { Client, escapeIdentifier, escapeLiteral } = require('pg');

// PostgreSQL's own default (scram_iterations).
const ITERATIONS = 4096;

/** As PostgreSQL keeps it (RFC 5803). Printable ASCII only: nothing is left for SASLprep to do. */
function scramVerifier(password) {
  if (!/^[\x21-\x7e]{16,}$/.test(password))
    throw new Error('the password needs 16 or more printable ASCII characters: openssl rand -hex 32');
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const keyFor = (what) => createHmac('sha256', salted).update(what).digest();
  const stored = createHash('sha256').update(keyFor('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${stored}:${keyFor('Server Key').toString('base64')}`;
}

async function main({ OWNER_DATABASE_URL, WORKER_DATABASE_URL }) {
  const worker = new URL(WORKER_DATABASE_URL);
  const name = escapeIdentifier(decodeURIComponent(worker.username));
  const verifier = scramVerifier(decodeURIComponent(worker.password));
  const client = new Client({ connectionString: OWNER_DATABASE_URL });
  await client.connect();
  try {
    const { rows } = await client.query('select rolname from pg_roles where rolname = any($1)', [
      [decodeURIComponent(worker.username), 'recon_worker'],
    ]);
    const known = rows.map(({ rolname }) => rolname);
    if (!known.includes('recon_worker')) throw new Error('there is no role recon_worker: run the task setup first');
    if (known.length < 2) await client.query(`create role ${name} login in role recon_worker`);
    await client.query(`alter role ${name} password ${escapeLiteral(verifier)}`);
    process.stdout.write(
      known.length < 2 ? 'the worker has a login now\n' : 'the login has the password of the secret now\n',
    );
  } finally {
    await client.end();
  }
}

main(process.env).catch((error) => {
  process.stderr.write(`the worker's login was not made: ${error.message}\n`);
  process.exitCode = 1;
});
