/** `npm run screens`: takes the pictures of docs/screens from a product that runs. Needs Chromium. */
import path from 'node:path'
import { takeScreens } from './screens/take-screens.ts'

for (const file of await takeScreens(path.resolve(import.meta.dirname, '../docs/screens'))) console.log(file)
