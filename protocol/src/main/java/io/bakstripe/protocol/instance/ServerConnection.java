package io.bakstripe.protocol.instance;

/**
 * How to reach a server that we run.
 *
 * @param password shown to role {@code master} only; {@link #toString()} masks it
 */
public record ServerConnection(String host, int port, String user, String password, String dbname, String jdbcUrl) {
    @Override
    public String toString() {
        return "ServerConnection[" + user + "@" + jdbcUrl + "]";
    }
}
