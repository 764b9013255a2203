// Keeps mails as numbered files, `0001-<message id>.eml` beside a .txt and, where the mail has one, a .html: what a
// person opens.
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AddressObject, type ParsedMail, simpleParser } from 'mailparser';

const MESSAGE_ID_CHARACTERS_MAX = 80;

export class MailFolder {
  readonly #dir: string;
  #last: number;

  private constructor(dir: string, last: number) {
    this.#dir = dir;
    this.#last = last;
  }

  /** Goes on counting after what the folder already holds. */
  static async open(dir: string): Promise<MailFolder> {
    await mkdir(dir, { recursive: true });
    const numbers = (await readdir(dir)).map((name) => Number(/^(\d{4,})-/.exec(name)?.[1] ?? 0));
    return new MailFolder(dir, Math.max(0, ...numbers));
  }

  async keep(raw: Buffer): Promise<void> {
    // Taken before anything is awaited, so that two mails at once get two numbers.
    this.#last += 1;
    const number = String(this.#last).padStart(4, '0');
    const mail = await simpleParser(raw);
    const path = join(this.#dir, `${number}-${safeName(mail.messageId)}`);
    await writeFile(`${path}.txt`, readable(mail), { flag: 'wx' });
    if (typeof mail.html === 'string') await writeFile(`${path}.html`, mail.html, { flag: 'wx' });
    // Last and by renaming: whoever sees the .eml sees all of it.
    await writeFile(`${path}.eml.part`, raw, { flag: 'wx' });
    await rename(`${path}.eml.part`, `${path}.eml`);
  }

  /** The .eml files, in the order of arrival. */
  async files(): Promise<string[]> {
    const names = (await readdir(this.#dir)).filter((name) => name.endsWith('.eml'));
    const byNumber = (one: string, other: string) => Number.parseInt(one, 10) - Number.parseInt(other, 10);
    return names.sort(byNumber).map((name) => join(this.#dir, name));
  }

  async mails(): Promise<ParsedMail[]> {
    return Promise.all((await this.files()).map(async (file) => simpleParser(await readFile(file))));
  }
}

function safeName(messageId: string | undefined): string {
  const safe = (messageId ?? '').replace(/^<|>$/g, '').replaceAll(/[^A-Za-z0-9@._-]/g, '_');
  return safe.slice(0, MESSAGE_ID_CHARACTERS_MAX) || 'no-message-id';
}

function readable(mail: ParsedMail): string {
  const attached = mail.attachments.map(
    ({ filename, contentType, size }) => `${filename ?? contentType} (${size} bytes)`,
  );
  const head = [
    ['From', addresses(mail.from)],
    ['To', addresses(mail.to)],
    ['Cc', addresses(mail.cc)],
    ['Date', mail.date?.toISOString() ?? ''],
    ['Subject', mail.subject ?? ''],
    ['Attached', attached.join(', ')],
  ];
  const lines = head.filter(([, value]) => value !== '').map(([name, value]) => `${name}: ${value}`);
  return `${lines.join('\n')}\n\n${mail.text ?? '(no text part)'}\n`;
}

function addresses(value: AddressObject | AddressObject[] | undefined): string {
  return [value ?? []]
    .flat()
    .map(({ text }) => text)
    .join(', ');
}
