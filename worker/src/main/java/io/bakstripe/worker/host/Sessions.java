package io.bakstripe.worker.host;

import io.bakstripe.protocol.instance.ServerConnection;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** Our own logins to managed servers. */
final class Sessions {
    private static final int CONNECT_SECONDS = 10;

    private final HostSettings settings;

    Sessions(HostSettings settings) {
        this.settings = settings;
    }

    /** How clients reach the server. */
    ServerConnection connection(ServerRecord server) {
        return new ServerConnection(
                settings.address(),
                server.port(),
                LoginRole.NAME,
                server.password(),
                server.dbname(),
                url(settings.address(), server, server.dbname()));
    }

    /** The address of a server that has no role of ours: who may log in is what the backup says. */
    ServerConnection guests(ServerRecord server) {
        return new ServerConnection(
                settings.address(),
                server.port(),
                "",
                "",
                server.dbname(),
                url(settings.address(), server, server.dbname()));
    }

    /** Logs in once; {@code SERVER_NOT_STARTED} with the server's text when that fails. */
    void check(ServerRecord server, ServerDirectory directory) {
        try (Connection connection = connect(server, server.dbname());
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1");
        } catch (SQLException failure) {
            throw Postmaster.notStarted(directory, server.display(), String.valueOf(failure.getMessage()));
        }
    }

    /** Makes the server's database and fills it. */
    void create(ServerRecord server, List<String> statements) throws IOException {
        try (Connection connection = connect(server, "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE \"" + server.dbname().replace("\"", "\"\"") + "\"");
        } catch (SQLException failure) {
            throw new IOException(failure);
        }
        try (Connection connection = connect(server, server.dbname());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException failure) {
            throw new IOException(failure);
        }
    }

    private static Connection connect(ServerRecord server, String dbname) throws SQLException {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, LoginRole.NAME);
        PGProperty.PASSWORD.set(properties, server.password());
        PGProperty.CONNECT_TIMEOUT.set(properties, CONNECT_SECONDS);
        PGProperty.APPLICATION_NAME.set(properties, "bakstripe");
        Connection connection = new Driver().connect(url("127.0.0.1", server, dbname), properties);
        if (connection == null) {
            throw new SQLException("the driver does not take its own URL");
        }
        return connection;
    }

    private static String url(String address, ServerRecord server, String dbname) {
        String host = address.contains(":") ? "[" + address + "]" : address;
        return "jdbc:postgresql://" + host + ":" + server.port() + "/"
                + URLEncoder.encode(dbname, StandardCharsets.UTF_8);
    }
}
