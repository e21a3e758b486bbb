import { openChromium } from '../../test/e2e/chromium.ts'

/** Takes a picture of a page, as high as the page is. @param file  a .png */
export async function photograph(url: string, file: string): Promise<void> {
  const browser = await openChromium()
  try {
    const page = await browser.newPage({ viewport: { width: 760, height: 200 }, colorScheme: 'light' })
    await page.goto(url)
    await page.screenshot({ path: file, fullPage: true })
  } finally {
    await browser.close()
  }
}

/** @returns a PNG of so many pixels on each side, transparent where the drawing is */
export async function drawSvg(svg: string, side: number): Promise<Buffer> {
  const browser = await openChromium()
  try {
    const page = await browser.newPage({ viewport: { width: side, height: side } })
    await page.setContent(
      `<body style="margin: 0">${svg.replace('<svg ', `<svg style="display: block; width: 100vw" `)}`,
    )
    return await page.screenshot({ omitBackground: true })
  } finally {
    await browser.close()
  }
}
