package io.bakstripe.api.http;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.Connection;
import akka.http.javadsl.server.Directives;
import akka.http.javadsl.server.Route;
import akka.http.javadsl.settings.ServerSettings;
import io.bakstripe.api.audit.AuditTrail;
import io.bakstripe.api.auth.Gate;
import io.bakstripe.protocol.error.BackupError;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import scala.concurrent.duration.FiniteDuration;

/** The HTTP server of a node. */
public final class ApiServer {
    private static final Duration IDLE_BEYOND_REQUEST = Duration.ofSeconds(30);

    private ApiServer() {}

    /**
     * Starts to listen. The stage fails when the address cannot be bound; it completes when calls are answered. Nothing is stopped with the actor
     * system: the caller unbinds or terminates the binding.
     *
     * @param settings with a token: a blank one throws {@link IllegalArgumentException}
     * @param audit where every call below {@code /api/v1} but those about health leaves a line
     */
    public static CompletionStage<ServerBinding> start(
            ActorSystem<?> system, ApiSettings settings, ApiPorts ports, AuditTrail audit, InstantSource clock) {
        Route route = routes(system, settings, ports, audit, clock);
        return Http.get(system)
                .newServerAt(settings.host(), settings.port())
                .withSettings(serverSettings(system, settings))
                .bind(route);
    }

    private static ServerSettings serverSettings(ActorSystem<?> system, ApiSettings settings) {
        ServerSettings defaults = ServerSettings.create(system.classicSystem());
        FiniteDuration timeout =
                FiniteDuration.fromNanos(settings.requestTimeout().toNanos());
        // A connection must outlive the slowest call on it, or the caller would see it break instead of a 503.
        FiniteDuration idle = FiniteDuration.fromNanos(
                settings.requestTimeout().plus(IDLE_BEYOND_REQUEST).toNanos());
        return defaults.withTimeouts(
                        defaults.getTimeouts().withRequestTimeout(timeout).withIdleTimeout(idle))
                .withMaxConnections(settings.maxConnections())
                .withRemoteAddressAttribute(true)
                .withParsingErrorHandler(ProblemParsingErrors.class.getName());
    }

    private static Route routes(
            ActorSystem<?> system, ApiSettings settings, ApiPorts ports, AuditTrail audit, InstantSource clock) {
        Executor hashing =
                system.dispatchers().lookup(DispatcherSelector.fromConfig("bakstripe.api.hashing-dispatcher"));
        Gate gate = new Gate(settings.token(), settings.access(), hashing, clock);
        RequestBody body = new RequestBody(
                system, settings.maxBodyBytes(), settings.requestTimeout().dividedBy(2));
        ProcedureCalls calls = new ProcedureCalls(ports.procedures(), ports.tasks());
        BackupHistory history = new BackupHistory(ports.instances());
        Route open = Directives.concat(HealthRoutes.routes(ports.health()), ApiDescription.routes());
        boolean forwardedFor = settings.access().forwardedFor();
        Route api = Directives.extractRequest(request -> {
            CallOrigin origin = CallOrigin.of(request, forwardedFor);
            CallTrace trace = new CallTrace(clock.instant(), origin.address(), request);
            Route answered = Authenticated.as(
                            gate,
                            trace,
                            origin.counted(),
                            caller -> routes(
                                    body, new InstanceChoice(ports.instances(), caller), calls, history, ports, caller))
                    .seal(Faults.rejections(), Faults.exceptions());
            return Directives.withRequestTimeoutResponse(
                    late -> trace.answered(late(), audit),
                    () -> Directives.mapResponse(answer -> trace.answered(answer, audit), () -> answered));
        });
        Route all = Directives.concat(
                open,
                Directives.pathPrefixTest("metrics", () -> api),
                Directives.pathPrefix("api", () -> Directives.pathPrefix("v1", () -> Directives.concat(open, api))));
        return UnreadBodies.drained(system, all.seal(Faults.rejections(), Faults.exceptions()));
    }

    private static Route routes(
            RequestBody body,
            InstanceChoice instances,
            ProcedureCalls calls,
            BackupHistory history,
            ApiPorts ports,
            Caller caller) {
        return Directives.concat(
                ProcedureRoutes.routes(body, instances, calls, caller),
                SqlRoutes.routes(body, instances, calls, history, caller),
                InstanceRoutes.routes(ports.instances(), instances, caller),
                SwapRoutes.routes(instances, ports.procedures(), caller),
                SnapshotRoutes.routes(body, instances, ports.instances(), ports.procedures(), caller),
                TaskRoutes.routes(instances, ports.tasks()),
                MetricsRoutes.routes(ports.metrics(), instances));
    }

    /** Akka closes the connection behind this answer without saying so: the caller's next call would be sent into a closed one. */
    private static HttpResponse late() {
        return Answers.problem(BackupError.CLUSTER_TIMEOUT.problem("the cluster"))
                .addHeader(Connection.create("close"));
    }
}
