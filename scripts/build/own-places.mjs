import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** In a bundle, a file that asks where it is gets the answer that it would get outside of it, by `__own`. */
export const ownPlaces = (root) => ({
  name: 'own places',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]dist[/\\].*\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8')
      const place = JSON.stringify(relative(join(root, 'dist'), path))
      return { contents: text.replaceAll('import.meta.url', `__own(${place})`), loader: 'js' }
    })
  },
})
