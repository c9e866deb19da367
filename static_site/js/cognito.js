/**
 * Amazon Cognito's user pool, by plain POSTs: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/.
 * These operations need no AWS signature. Errors carry Cognito's exception name as their code.
 */

import { config } from "./config.js";
import { ServiceError } from "./errors.js";
import { send } from "./http.js";

/**
 * @typedef {object} Tokens
 * @property {string} IdToken
 * @property {string} [RefreshToken] only at sign-in, not at a refresh
 * @property {number} ExpiresIn seconds
 */

/**
 * @param {string} operation
 * @param {Record<string, unknown>} parameters
 */
async function call(operation, parameters) {
  const { cognito } = await config();
  const { ok, status, body } = await send(cognito.endpoint, {
    method: "POST",
    headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `AWSCognitoIdentityProviderService.${operation}` },
    body: JSON.stringify({ ClientId: cognito.clientId, ...parameters }),
  });
  if (!ok) {
    // `__type` may be qualified: `com.amazonaws…#CodeMismatchException`.
    const name = String(body?.__type ?? "unexpected").split("#").pop() ?? "unexpected";
    throw new ServiceError(name, status, body?.message);
  }
  return body;
}

/**
 * @param {string} email
 * @param {string} password
 */
export async function signUp(email, password) {
  await call("SignUp", { Username: email, Password: password, UserAttributes: [{ Name: "email", Value: email }] });
}

/**
 * @param {string} email
 * @param {string} code
 */
export async function confirmSignUp(email, code) {
  await call("ConfirmSignUp", { Username: email, ConfirmationCode: code });
}

/** @param {string} email */
export async function resendCode(email) {
  await call("ResendConfirmationCode", { Username: email });
}

/**
 * @param {string} email
 * @param {string} password
 * @returns {Promise<Tokens>}
 */
export async function authenticate(email, password) {
  const answer = await call("InitiateAuth", {
    AuthFlow: "USER_PASSWORD_AUTH",
    AuthParameters: { USERNAME: email, PASSWORD: password },
  });
  if (!answer.AuthenticationResult) {
    throw new ServiceError("challenge", 200, `unsupported challenge ${answer.ChallengeName}`);
  }
  return answer.AuthenticationResult;
}

/**
 * @param {string} refreshToken
 * @returns {Promise<Tokens>}
 */
export async function refresh(refreshToken) {
  const answer = await call("InitiateAuth", { AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters: { REFRESH_TOKEN: refreshToken } });
  return answer.AuthenticationResult;
}

/** @param {string} email */
export async function forgotPassword(email) {
  await call("ForgotPassword", { Username: email });
}

/**
 * @param {string} email
 * @param {string} code
 * @param {string} password
 */
export async function confirmForgotPassword(email, code, password) {
  await call("ConfirmForgotPassword", { Username: email, ConfirmationCode: code, Password: password });
}

/** @param {string} refreshToken */
export async function revoke(refreshToken) {
  await call("RevokeToken", { Token: refreshToken });
}
