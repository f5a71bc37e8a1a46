package io.bakstripe.worker.host;

import akka.actor.typed.Behavior;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.worker.engine.Engine.SourceAddress;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
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
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A host with real managed servers in a directory of the test's; closing it stops them. */
public final class TestHost implements AutoCloseable {
    public static final InstanceName INSTANCE = new InstanceName("test");
    private static final HostName HOST = new HostName("one");

    private final Path data;
    private final List<PostgresRelease> releases;
    private final Postmaster postmaster;
    private final ManagedServers servers;

    /** Runs the embedded PostgreSQL. */
    public TestHost(Path data) {
        this(data, settings(""));
    }

    public TestHost(Path data, HostSettings settings) {
        this(data, settings, List.of(PostgresReleases.embedded()));
    }

    /** Runs servers of one version with these settings. */
    public TestHost(Path data, HostSettings settings, PostgresRelease release) {
        this(data, settings, List.of(release));
    }

    /** Runs servers of these versions; {@link #provision} makes such of the first. */
    public TestHost(Path data, PostgresRelease first, PostgresRelease... others) {
        this(
                data,
                settings(""),
                Stream.concat(Stream.of(first), Stream.of(others)).toList());
    }

    private TestHost(Path data, HostSettings settings, List<PostgresRelease> releases) {
        this.data = data;
        this.releases = releases;
        Installations installations = Installations.of(
                releases.stream().map(PostgresRelease::binaries).toList());
        this.postmaster = new Postmaster(installations, settings, InstantSource.system());
        this.servers = new ManagedServers(
                HOST,
                data,
                settings,
                installations,
                InstantSource.system(),
                UUID::randomUUID,
                new RandomPasswords(new SecureRandom()));
    }

    /** The defaults with small servers, overlaid with what is given in HOCON. */
    public static HostSettings settings(String overrides) {
        Config small = ConfigFactory.parseString(
                "bakstripe.worker.host { server-settings { shared_buffers = 16MB }, stop-timeout = 20s, start-timeout = 5m }");
        return HostSettings.from(ConfigFactory.parseString(overrides)
                .withFallback(small)
                .withFallback(ConfigFactory.load())
                .getConfig("bakstripe.worker"));
    }

    public ManagedServers servers() {
        return servers;
    }

    /** An agent that speaks for these servers. */
    public Behavior<HostCommand> agent() {
        return HostAgent.create(new HostDependencies(servers));
    }

    /** The same directory through the eyes of a node that has just started. */
    TestHost forgotten() {
        return new TestHost(data, settings(""), releases);
    }

    /** The same directory in the hands of a node that tells of each step of a replacement, and dies when it is told to. */
    ManagedServers watched(Consumer<Replacements.Step> watch) {
        return new ManagedServers(
                HOST,
                data,
                settings(""),
                Installations.of(
                        releases.stream().map(PostgresRelease::binaries).toList()),
                InstantSource.system(),
                UUID::randomUUID,
                new RandomPasswords(new SecureRandom()),
                watch);
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
        return provision(name, List.of(), statements);
    }

    /**
     * The same with further arguments of {@code initdb}.
     *
     * @param initdb for example {@code --wal-segsize=1}
     */
    public ServerConnection provision(String name, List<String> initdb, String... statements) {
        FreshServer kind = new FreshServer(OptionalInt.of(releases.get(0).major()), initdb);
        return servers.provision(ref(name), new DatabaseName(name), name, kind, List.of(statements));
    }

    /** Stops one server; {@code servers().connect} starts it again. */
    public void stop(String name) throws IOException {
        postmaster.stop(directory(ref(name)));
    }

    /** Where the files of a managed server lie. */
    public Path pgdata(String name) {
        return directory(ref(name)).data();
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

    /** The first row of a query as text; empty when there is none. */
    public static List<String> row(ServerConnection server, String sql) throws SQLException {
        try (Connection connection = login(server);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            if (rows.next()) {
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    values.add(rows.getString(i));
                }
            }
            return values;
        }
    }

    /** The same server by another of its databases. */
    public static ServerConnection inside(ServerConnection server, String database) {
        return new ServerConnection(
                server.host(),
                server.port(),
                server.user(),
                server.password(),
                database,
                "jdbc:postgresql://" + server.host() + ":" + server.port() + "/"
                        + URLEncoder.encode(database, StandardCharsets.UTF_8).replace("+", "%20"));
    }

    /** Stops a server and removes everything of it. */
    public void remove(String name) throws IOException {
        stop(name);
        Trees.delete(directory(ref(name)).root());
    }

    @Override
    public void close() {
        servers.stopAll();
    }
}
