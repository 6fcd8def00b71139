/** A file in an archive. */
export interface TarEntry {
  /** Relative, with `/`. */
  readonly path: string;
  readonly content: Buffer;
}

const BLOCK = 512;

/**
 * An archive of files, in the interchange format of POSIX (IEEE Std 1003.1, pax: ustar), the same to the byte for the same files. Folders are
 * made by whoever unpacks it. A path that the header's 100 bytes do not hold has a pax record.
 */
export function tarOf(entries: readonly TarEntry[]): Buffer {
  const blocks: Buffer[] = [];
  const add = (name: string, type: '0' | 'x', content: Buffer): void => {
    blocks.push(header(name, type, content.length), content, Buffer.alloc(-content.length & (BLOCK - 1)));
  };
  for (const { path, content } of entries) {
    const isLong = Buffer.byteLength(path) > 100;
    if (isLong) add('PaxHeader', 'x', Buffer.from(paxRecord('path', path)));
    add(isLong ? path.replaceAll(/[^\u0021-\u007e]/g, '_').slice(-100) : path, '0', content);
  }
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function header(name: string, type: '0' | 'x', size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;
  block.write(name, 0, 100);
  block.write(octal(0o644, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  block.write(' '.repeat(8), 148);
  block.write(type, 156);
  block.write('ustar\0' + '00', 257);
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** `LENGTH KEY=VALUE\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}
