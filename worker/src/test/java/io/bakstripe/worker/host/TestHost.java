package io.bakstripe.worker.host;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A host with real managed servers in a directory of the test's; closing it stops them. */
public final class TestHost implements AutoCloseable {
    public static final InstanceName INSTANCE = new InstanceName("test");
    private static final HostName HOST = new HostName("one");

    private final Path data;
    private final ManagedServers servers;

    public TestHost(Path data) {
        this(data, settings(""));
    }

    public TestHost(Path data, HostSettings settings) {
        this.data = data;
        // Unpacked once for all test classes.
        PostgresBinaries binaries = PostgresBinaries.of(settings, Path.of("target/postgresql"));
        this.servers = new ManagedServers(
                HOST,
                data,
                settings,
                binaries,
                InstantSource.system(),
                UUID::randomUUID,
                new RandomPasswords(new SecureRandom()));
    }

    /** The defaults with small servers, overlaid with what is given in HOCON. */
    public static HostSettings settings(String overrides) {
        Config small = ConfigFactory.parseString(
                "bakstripe.worker.host { server-settings { shared_buffers = 16MB }, stop-timeout = 20s, start-timeout = 60s }");
        return HostSettings.from(ConfigFactory.parseString(overrides)
                .withFallback(small)
                .withFallback(ConfigFactory.load())
                .getConfig("bakstripe.worker"));
    }

    public ManagedServers servers() {
        return servers;
    }

    /** The same directory through the eyes of a node that has just started. */
    TestHost forgotten() {
        return new TestHost(data, settings(""));
    }

    /** Where everything of one server lies. */
    public Path root(String name) {
        return directory(ref(name)).root();
    }

    ServerDirectory directory(DatabaseRef database) {
        return ServerDirectory.of(data.toAbsolutePath().normalize().resolve("databases"), database);
    }

    public static DatabaseRef ref(String name) {
        return DatabaseRef.of(INSTANCE, new DatabaseName(name));
    }

    /** A fresh server with a database of the same name. */
    public ServerConnection provision(String name, String... statements) {
        return servers.provision(ref(name), new DatabaseName(name), name, List.of(statements));
    }

    public static SourceAddress address(ServerConnection server) {
        return new SourceAddress(server.jdbcUrl(), server.user(), server.password());
    }

    public static Connection login(ServerConnection server) throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
    }

    /** Runs statements one by one, each in its own transaction. */
    public static void execute(ServerConnection server, String... statements) throws SQLException {
        try (Connection connection = login(server);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** All values of a query's first column. */
    public static List<String> column(ServerConnection server, String sql) throws SQLException {
        try (Connection connection = login(server);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }

    @Override
    public void close() {
        servers.stopAll();
    }
}
