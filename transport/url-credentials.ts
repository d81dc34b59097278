/** Whether the name and the password in a URL can be read: `node:http` throws over `%ff`, which is no UTF-8. */
export function hasReadableCredentials({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username)
    decodeURIComponent(password)
    return true
  } catch {
    return false
  }
}
