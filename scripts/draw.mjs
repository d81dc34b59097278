// Redraws the pictures of the statecharts from the running machines: `npm run draw`.
import { drawings } from '../dist/diagram/committed-drawings.js'
import { writeDrawings } from '../dist/diagram/drawings.js'

await writeDrawings(new URL('..', import.meta.url).pathname, drawings)
