package io.bakstripe.api.http;

import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.server.Directives;
import akka.http.javadsl.server.Route;
import akka.http.javadsl.settings.ServerSettings;
import io.bakstripe.api.auth.BearerTokens;
import io.bakstripe.protocol.error.BackupError;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
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
     */
    public static CompletionStage<ServerBinding> start(ActorSystem<?> system, ApiSettings settings, ApiPorts ports) {
        Route route = routes(system, settings, ports);
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
                .withParsingErrorHandler(ProblemParsingErrors.class.getName());
    }

    private static Route routes(ActorSystem<?> system, ApiSettings settings, ApiPorts ports) {
        BearerTokens tokens = new BearerTokens(settings.token());
        RequestBody body = new RequestBody(system, settings.maxBodyBytes(), settings.requestTimeout());
        InstanceChoice instances = new InstanceChoice(ports.instances());
        ProcedureCalls calls = new ProcedureCalls(ports.procedures(), ports.tasks());
        BackupHistory history = new BackupHistory(ports.instances());
        Route health = HealthRoutes.routes(ports.health());
        HttpResponse late = Answers.problem(BackupError.CLUSTER_TIMEOUT.problem("the cluster"));
        Route api = Authenticated.as(
                tokens,
                login -> Directives.concat(
                        ProcedureRoutes.routes(body, instances, calls, login),
                        SqlRoutes.routes(body, instances, calls, history, login),
                        SwapRoutes.routes(ports.instances(), ports.procedures(), login),
                        InstanceRoutes.routes(ports.instances()),
                        TaskRoutes.routes(instances, ports.tasks())));
        Route all = Directives.concat(
                health,
                Directives.pathPrefix("api", () -> Directives.pathPrefix("v1", () -> Directives.concat(health, api))));
        return Directives.withRequestTimeoutResponse(request -> late, () -> all)
                .seal(Faults.rejections(), Faults.exceptions());
    }
}
