// Forms of people without an account: before one is sent, looks whether the node can be reached. If not, says so and leaves what was
// written in its field, to be sent when the connection is back. Without this script the browser sends the form itself.

const WAIT_MS = 8000;

async function isReachable() {
  try {
    return (await fetch('/health/live', { cache: 'no-store', signal: AbortSignal.timeout(WAIT_MS) })).ok;
  } catch {
    return false;
  }
}

for (const form of document.querySelectorAll('form[data-reach]')) {
  const notice = form.querySelector('[data-unreachable]');
  let asking = false;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (asking) return;
    asking = true;
    notice.hidden = true;
    if (await isReachable()) {
      form.submit();
      return;
    }
    asking = false;
    notice.hidden = false;
    notice.focus();
  });
  addEventListener('online', () => {
    if (!notice.hidden) form.requestSubmit();
  });
}
