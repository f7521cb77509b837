// Says of each TAP file named what npm's tap-parser makes of it: an object on a line. The first argument is the package's folder.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const [folder, ...paths] = process.argv.slice(2)
const { Parser } = await import(pathToFileURL(`${folder}/dist/esm/index.js`))

for (const path of paths) {
  const points = []
  const parser = new Parser()
  parser.on('assert', point => points.push(Boolean(point.ok || point.skip || point.todo)))
  parser.end(readFileSync(path))
  console.log(JSON.stringify({ path, points, ok: parser.results.ok }))
}
