import type { BundleOptions } from '@temporalio/worker'

/** Bundle options for workflows from their sources, which import shell scripts as text. */
export const scriptsAsText = (options: BundleOptions): BundleOptions => ({
  ...options,
  webpackConfigHook: (given) => {
    const config = options.webpackConfigHook?.(given) ?? given
    const rules = [...(config.module?.rules ?? []), { test: /\.sh$/, type: 'asset/source' }]
    return { ...config, module: { ...config.module, rules } }
  },
})
