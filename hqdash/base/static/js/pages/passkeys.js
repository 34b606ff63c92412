(() => {
const d = document;
const toBytes = text => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), sign => sign.charCodeAt(0));
const toText = buffer => buffer ? btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '') : null;
const decoded = options => {
const key = { ...options.publicKey, challenge: toBytes(options.publicKey.challenge) };
if (key.user) key.user = { ...key.user, id: toBytes(key.user.id) };
for (const list of ['excludeCredentials', 'allowCredentials']) if (key[list]) key[list] = key[list].map(one => ({ ...one, id: toBytes(one.id) }));
return { publicKey: key };
};
const encoded = made => ({
id: made.id, rawId: toText(made.rawId), type: made.type, authenticatorAttachment: made.authenticatorAttachment,
clientExtensionResults: made.getClientExtensionResults(),
response: made.response.attestationObject
? { clientDataJSON: toText(made.response.clientDataJSON), attestationObject: toText(made.response.attestationObject), transports: made.response.getTransports?.() || [] }
: { clientDataJSON: toText(made.response.clientDataJSON), authenticatorData: toText(made.response.authenticatorData), signature: toText(made.response.signature), userHandle: toText(made.response.userHandle) },
});
const optionsOf = async form => {
if (form.dataset.options) return JSON.parse(form.dataset.options);
const answer = await fetch(form.action, { headers: { Accept: 'application/json', 'X-Requested-With': 'XMLHttpRequest' } });
if (!answer.ok) throw new Error('no options');
return (await answer.json()).request_options;
};
const say = (form, words) => { const box = form.querySelector('[data-passkey-says]'); box.hidden = !words; box.textContent = words; };
d.addEventListener('click', async event => {
const button = event.target.closest('[data-passkey-go]'), form = button?.closest('form[data-passkey]');
if (!form) return;
event.preventDefault();
say(form, '');
button.setAttribute('aria-busy', 'true');
try {
const options = decoded(await optionsOf(form));
if (form.dataset.passkey === 'create') {
options.publicKey.authenticatorSelection = { ...options.publicKey.authenticatorSelection, residentKey: 'required', requireResidentKey: true, userVerification: 'required' };
}
const made = await (form.dataset.passkey === 'create' ? navigator.credentials.create(options) : navigator.credentials.get(options));
form.elements.credential.value = JSON.stringify(encoded(made));
form.requestSubmit();
} catch (problem) {
button.removeAttribute('aria-busy');
say(form, problem.name === 'InvalidStateError' ? form.dataset.saysKnown : form.dataset.saysFailed);
}
});
if (!window.PublicKeyCredential || /^[\d.]+$|:/.test(location.hostname)) d.querySelectorAll('form[data-passkey]').forEach(form => {
form.querySelectorAll('[data-passkey-go]').forEach(button => { button.disabled = true; });
if (!form.hasAttribute('data-passkey-quiet')) say(form, form.dataset.saysUnable);
else form.hidden = true;
});
})();
