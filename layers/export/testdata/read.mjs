// Reads every tile of a PMTiles file with the format's own library and says how many
// there are.
import { createRequire } from 'node:module';
import { open } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

const require = createRequire(new URL('../../../api/webmap/package.json', import.meta.url));
const { PMTiles } = await import(pathToFileURL(require.resolve('pmtiles')));
const file = await open(process.argv[2]);
const archive = new PMTiles({
  getKey: () => process.argv[2],
  async getBytes(offset, length) {
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, offset);
    return { data: buffer.buffer.slice(0, bytesRead) };
  },
});
const header = await archive.getHeader();
const metadata = await archive.getMetadata();
console.log(`layers ${metadata.vector_layers.length}`);
let tiles = 0;
for (let z = header.minZoom; z <= header.maxZoom; z++) {
  for (let x = 0; x < 2 ** z; x++) {
    for (let y = 0; y < 2 ** z; y++) {
      const tile = await archive.getZxy(z, x, y);
      if (tile && tile.data.byteLength > 0) tiles++;
    }
  }
}
console.log(`tiles ${tiles}`);
await file.close();
