// A seeded stream of random numbers (sfc32): the same seed gives the same world on every machine. Never for anything secret.
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE62_CODES = Uint8Array.from(BASE62, (letter) => letter.charCodeAt(0));
// Without I, L, O and U, which people misread.
const CODE = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const HEX_CODES = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const TOKEN_LENGTH_MAX = 64;
const DASH = 45;
const TWO_POW_32 = 4_294_967_296;
// sfc32 needs a few rounds before its first output says nothing about the seed.
const WARM_UP_ROUNDS = 15;

export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;
  readonly #scratch = Buffer.alloc(TOKEN_LENGTH_MAX);

  constructor(seed: string) {
    [this.#a, this.#b, this.#c] = hashSeed(seed);
    for (let round = 0; round < WARM_UP_ROUNDS; round += 1) this.uint32();
  }

  uint32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + sum) | 0;
    return sum >>> 0;
  }

  /** In [0, 1). */
  fraction(): number {
    return this.uint32() / TWO_POW_32;
  }

  /** An integer of min..max, both included. */
  between(min: number, max: number): number {
    return min + Math.floor(this.fraction() * (max - min + 1));
  }

  chance(percent: number): boolean {
    return this.fraction() * 100 < percent;
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[Math.floor(this.fraction() * items.length)] ?? items[0];
  }

  /** An id as Stripe writes them: the prefix and `length` letters and digits, starting with a digit. */
  stripeId(prefix: string, length: number): string {
    this.#scratch[0] = HEX_CODES[this.between(1, 3)] ?? 0;
    for (let index = 1, pool = 0; index < length; index += 1) {
      // 62^5 fits into 32 bits: five letters for one draw.
      pool = (index - 1) % 5 === 0 ? this.uint32() : Math.floor(pool / 62);
      this.#scratch[index] = BASE62_CODES[pool % 62] ?? 0;
    }
    return prefix + this.#scratch.toString('latin1', 0, length);
  }

  /** Capital letters and digits, with a letter first, so that nothing takes it for a card number. */
  code(length: number): string {
    let code = CODE[this.between(10, CODE.length - 1)] ?? '';
    while (code.length < length) code += CODE[this.between(0, CODE.length - 1)];
    return code;
  }

  uuid(): string {
    for (let index = 0, pool = 0; index < 36; index += 1) {
      pool = index % 8 === 0 ? this.uint32() : pool >>> 4;
      this.#scratch[index] = HEX_CODES[pool & 15] ?? 0;
    }
    for (const index of [8, 13, 18, 23]) this.#scratch[index] = DASH;
    // Version 4, variant 10: what gen_random_uuid() writes.
    this.#scratch[14] = HEX_CODES[4] ?? 0;
    this.#scratch[19] = HEX_CODES[8 + this.between(0, 3)] ?? 0;
    return this.#scratch.toString('latin1', 0, 36);
  }
}

/** cyrb128 reduced to the three words sfc32 starts from. */
function hashSeed(seed: string): [number, number, number] {
  let h1 = 1779033703;
  let h2 = 3144134277;
  let h3 = 1013904242;
  for (let index = 0; index < seed.length; index += 1) {
    const code = seed.charCodeAt(index);
    h1 = h2 ^ Math.imul(h1 ^ code, 597399067);
    h2 = h3 ^ Math.imul(h2 ^ code, 2869860233);
    h3 = h1 ^ Math.imul(h3 ^ code, 951274213);
  }
  return [h1 ^ (h2 >>> 18), h2 ^ (h3 >>> 22), h3 ^ (h1 >>> 17)];
}
