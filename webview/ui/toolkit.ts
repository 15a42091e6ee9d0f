// The one module that knows where the elements come from. Everything else uses them as plain custom elements, so that
// another library can take over here: the toolkit is archived upstream.
import {
  provideVSCodeDesignSystem,
  vsCodeBadge,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeLink,
  vsCodeOption,
  vsCodeProgressRing,
  vsCodeRadio,
  vsCodeRadioGroup,
  vsCodeTextArea,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit'

type Field = HTMLElement & { value: string; disabled: boolean }
type Tick = HTMLElement & { checked: boolean; disabled: boolean }

declare global {
  interface HTMLElementTagNameMap {
    'vscode-badge': HTMLElement
    'vscode-button': HTMLElement & { disabled: boolean }
    'vscode-checkbox': Tick
    'vscode-dropdown': Field
    'vscode-link': HTMLElement & { href: string }
    'vscode-option': Field
    'vscode-progress-ring': HTMLElement
    'vscode-radio': Tick & { value: string }
    'vscode-radio-group': Field
    'vscode-text-area': Field
    'vscode-text-field': Field
  }
}

/** Makes the elements known to the page. */
export function registerElements(): void {
  provideVSCodeDesignSystem().register(
    vsCodeBadge(),
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeDropdown(),
    vsCodeLink(),
    vsCodeOption(),
    vsCodeProgressRing(),
    vsCodeRadio(),
    vsCodeRadioGroup(),
    vsCodeTextArea(),
    vsCodeTextField(),
  )
}
