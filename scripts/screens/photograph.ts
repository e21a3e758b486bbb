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
