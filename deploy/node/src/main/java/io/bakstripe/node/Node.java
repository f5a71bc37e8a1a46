package io.bakstripe.node;

import akka.Done;
import akka.actor.AddressFromURIString;
import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.cluster.typed.JoinSeedNodes;
import akka.http.javadsl.ServerBinding;
import akka.remote.RemoteTransportException;
import ch.qos.logback.classic.Level;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueFactory;
import io.bakstripe.api.http.ApiPorts;
import io.bakstripe.api.http.ApiServer;
import io.bakstripe.api.http.ApiSettings;
import io.bakstripe.coordinator.CoordinatorSettings;
import io.bakstripe.coordinator.Coordinators;
import io.bakstripe.coordinator.journal.Journal;
import io.bakstripe.coordinator.journal.JournalSettings;
import io.bakstripe.node.config.InstanceDeclarations;
import io.bakstripe.node.config.NodeSettings;
import io.bakstripe.node.metrics.PrometheusMetrics;
import io.bakstripe.node.sandbox.Sandbox;
import io.bakstripe.protocol.instance.InstanceDefinition;
import io.bakstripe.protocol.instance.ServerConnection;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.worker.host.HostSettings;
import io.bakstripe.worker.host.Installations;
import io.bakstripe.worker.host.ManagedServers;
import io.bakstripe.worker.host.RandomPasswords;
import io.bakstripe.worker.key.provider.CryptoProvider;
import java.io.IOException;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running node: an actor system with everything that its roles ask for, wired together.
 *
 * <p>Order of start: journal, managed servers, membership, workers, coordinators, API. The stop is Akka's coordinated shutdown, which SIGTERM starts
 * too: the API stops taking calls, shards are handed over, then servers and store are let go.
 */
final class Node {
    private static final Logger LOG = LoggerFactory.getLogger(Node.class);
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration CALLS_LIMIT = Duration.ofSeconds(5);
    private static final int NOT_STARTED = 1;

    private final Config config;
    private final NodeSettings settings;
    private final InstanceDeclarations instances;
    private final Workers.Settings workers;
    private final CoordinatorSettings coordinator;
    private final ApiSettings api;
    private final HostSettings host;
    private final CryptoProvider crypto;
    private final AtomicBoolean ready = new AtomicBoolean();

    /** Why a node that could not start shuts down. */
    private static final class StartFailed implements CoordinatedShutdown.Reason {}

    private Node(Config config) {
        this.config = config;
        this.settings = NodeSettings.from(config.getConfig("bakstripe.node"));
        this.instances = InstanceDeclarations.from(config.getConfig("bakstripe.instances"));
        this.workers = Workers.Settings.from(config.getConfig("bakstripe.worker"), settings.data());
        this.coordinator = CoordinatorSettings.from(config.getConfig("bakstripe"));
        this.api = ApiSettings.from(config.getConfig("bakstripe.api"));
        this.host = HostSettings.from(config.getConfig("bakstripe.worker"));
        this.crypto = CryptoProvider.from(config.getConfig("bakstripe.worker"));
    }

    /** A node of this configuration, nothing of it started; a value out of range throws {@link ConfigException}. */
    private static Node of(Config config) {
        try {
            return new Node(config);
        } catch (IllegalArgumentException outOfRange) {
            throw new ConfigException.Generic(String.valueOf(outOfRange.getMessage()), outOfRange);
        }
    }

    /**
     * Runs a node until it is stopped.
     *
     * @param sandbox what is embedded around it; closed at the end
     * @param stopWithStdin stop when standard input closes
     * @return the exit code: 0 after an orderly stop, 1 when it could not start, which has been said on standard error then
     * @throws IOException when it could not start, before there was anything to stop
     */
    static int run(Config config, Optional<Sandbox> sandbox, boolean stopWithStdin) throws IOException {
        try {
            return of(config).runUntilStopped(sandbox, stopWithStdin);
        } finally {
            sandbox.ifPresent(Sandbox::close);
        }
    }

    private int runUntilStopped(Optional<Sandbox> sandbox, boolean stopWithStdin) throws IOException {
        useCiphers();
        if (settings.has("api")) {
            ApiAddress.requireFree(api.host(), api.port());
        }
        JournalSettings journal = coordinator.journal();
        if (sandbox.isEmpty() && journal.kind() == JournalSettings.Kind.H2) {
            LOG.warn("The journal is an embedded H2 file: safe against a killed process, not against power loss."
                    + " PostgreSQL is recommended, see docs/configuration.md.");
        }
        try {
            Journal.prepare(journal);
        } catch (SQLException failed) {
            throw new StartFailure(
                    "the journal at " + journal.url() + " cannot be prepared: " + failed.getMessage(),
                    "Check bakstripe.journal (docs/configuration.md), and that its server runs; an embedded journal is for"
                            + " one node only.",
                    failed);
        }
        Optional<ManagedServers> servers = settings.hostName().map(this::servers);
        @Nullable ServerConnection shop = sandbox.map(
                        embedded -> servers.orElseThrow().provisionSample(embedded.shop(), Sandbox.SHOP))
                .orElse(null);
        ActorSystem<Void> system = actorSystem();
        try {
            serve(system, servers, sandbox, shop);
        } catch (IOException | RuntimeException failed) {
            StartErrors.tell(failed);
            quietAkka();
            // The shutdown ends the process, with the exit code that application.conf gives this reason.
            CoordinatedShutdown.get(system).run(new StartFailed());
            system.getWhenTerminated().toCompletableFuture().join();
            return NOT_STARTED;
        }
        if (stopWithStdin) {
            stopWhenInputCloses(system);
        }
        system.getWhenTerminated().toCompletableFuture().join();
        return 0;
    }

    private void useCiphers() {
        CryptoProvider.Active active = crypto.install();
        LOG.info("Ciphers: {}", active.name());
        active.missing()
                .ifPresent(reason -> LOG.warn(
                        "The Amazon Corretto Crypto Provider is not used: {}. Encryption is many times slower without it, see docs/configuration.md.",
                        reason));
    }

    private ActorSystem<Void> actorSystem() throws IOException {
        try {
            return ActorSystem.create(
                    Behaviors.empty(),
                    "bakstripe",
                    config.withValue("akka.cluster.roles", ConfigValueFactory.fromIterable(roles())));
        } catch (RemoteTransportException taken) {
            throw new StartFailure(
                    "the cluster protocol cannot listen on " + settings.host() + ":" + settings.port(),
                    "Choose another bakstripe.node.port (BAKSTRIPE_PORT), 0 for a node on its own.",
                    taken);
        }
    }

    private void serve(
            ActorSystem<Void> system,
            Optional<ManagedServers> servers,
            Optional<Sandbox> sandbox,
            @Nullable ServerConnection shop)
            throws IOException {
        join(system);
        AutoCloseable started = Workers.start(system, workers, settings, instances, servers);
        Coordinators coordinators = Coordinators.init(
                system, coordinator, instances.definitions(), InstantSource.system(), UUID::randomUUID);
        if (!await(coordinators.declared(), "the declaration of the instances")) {
            throw HeldRevision.refusal(system, instances.definitions());
        }
        CoordinatedShutdown shutdown = CoordinatedShutdown.get(system);
        if (settings.has("api")) {
            ApiSettings served = ApiToken.fill(api, settings.data());
            PrometheusMetrics metrics = new PrometheusMetrics(
                    coordinators.figures(),
                    instances.definitions().stream()
                            .map(InstanceDefinition::name)
                            .toList(),
                    ready::get);
            AuditFile audit = AuditFile.open(settings.data(), served.audit());
            ServerBinding binding = await(
                    ApiServer.start(
                            system,
                            served,
                            new ApiPorts(
                                    coordinators.procedures(),
                                    coordinators.tasks(),
                                    coordinators.instances(),
                                    ready::get,
                                    metrics),
                            audit,
                            InstantSource.system()),
                    "the API's address " + served.host() + ":" + served.port());
            shutdown.addTask(CoordinatedShutdown.PhaseServiceUnbind(), "stop-taking-calls", () -> {
                ready.set(false);
                return binding.terminate(CALLS_LIMIT).thenApply(terminated -> {
                    metrics.close();
                    audit.close();
                    return Done.done();
                });
            });
            String http =
                    "http://" + served.host() + ":" + binding.localAddress().getPort();
            await(WorkerPresence.await(system), "a node with the role worker");
            ready.set(true);
            if (sandbox.isPresent() && shop != null) {
                sandbox.get().announce(http, shop);
            }
            LOG.info("Ready: {}", http);
        }
        shutdown.addTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate(), "close-store-and-sandbox", () -> {
            closeQuietly(started);
            sandbox.ifPresent(Sandbox::close);
            return CompletableFuture.completedFuture(Done.done());
        });
    }

    private ManagedServers servers(HostName name) {
        return new ManagedServers(
                name,
                settings.data(),
                host,
                Installations.of(host, settings.data()),
                InstantSource.system(),
                UUID::randomUUID,
                new RandomPasswords(new SecureRandom()));
    }

    private List<String> roles() {
        List<String> roles = new ArrayList<>(settings.roles());
        settings.hostName().ifPresent(host -> roles.add(host.role()));
        return roles;
    }

    private void join(ActorSystem<Void> system) throws IOException {
        Cluster cluster = Cluster.get(system);
        if (settings.seeds().isEmpty()) {
            cluster.manager().tell(Join.create(cluster.selfMember().address()));
        } else {
            cluster.manager()
                    .tell(new JoinSeedNodes(settings.seeds().stream()
                            .map(seed -> AddressFromURIString.parse("akka://bakstripe@" + seed))
                            .toList()));
        }
        CompletableFuture<Done> up = new CompletableFuture<>();
        akka.cluster.Cluster.get(system).registerOnMemberUp(() -> up.complete(Done.done()));
        await(up, "membership in the cluster");
    }

    private static <T> T await(CompletionStage<T> stage, String what) throws IOException {
        try {
            return stage.toCompletableFuture().get(START_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw new IOException(what + " failed: " + failed.getCause(), failed);
        } catch (TimeoutException late) {
            throw new IOException(what + " took more than " + START_LIMIT.toSeconds() + " s", late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", interrupted);
        }
    }

    /** The reason has been given; that shards end while some were just being found is no news. */
    private static void quietAkka() {
        if (LoggerFactory.getLogger("akka") instanceof ch.qos.logback.classic.Logger akka && !LOG.isDebugEnabled()) {
            akka.setLevel(Level.ERROR);
        }
    }

    private static void stopWhenInputCloses(ActorSystem<Void> system) {
        Thread watcher = new Thread(
                () -> {
                    try {
                        while (System.in.read() >= 0) {
                            // Whatever arrives means nothing; only the end counts.
                        }
                    } catch (IOException closed) {
                        LOG.debug("standard input failed", closed);
                    }
                    CoordinatedShutdown.get(system).run(CoordinatedShutdown.unknownReason());
                },
                "stop-with-stdin");
        watcher.setDaemon(true);
        watcher.start();
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception failed) {
            LOG.warn("closing failed", failed);
        }
    }
}
