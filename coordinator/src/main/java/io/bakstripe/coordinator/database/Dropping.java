package io.bakstripe.coordinator.database;

import akka.actor.NoSerializationVerificationNeeded;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import io.bakstripe.coordinator.journal.DatabaseEvent;
import io.bakstripe.coordinator.journal.DatabaseEvent.DatabaseDropped;
import io.bakstripe.coordinator.journal.DatabaseEvent.KeptDropped;
import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.error.Problem;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.message.DatabaseCommand.Drop;
import io.bakstripe.protocol.message.DatabaseMessage;
import io.bakstripe.protocol.message.DropReply;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.HostCommand.HostReply;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Drops a database that is RESTORING, or the one that is kept of a database that is ONLINE: asks its host, records that it is gone, answers. Lives in memory only: when it is lost the database is RESTORING, or kept, still,
 * whatever its host has removed, and the call is to be repeated. While it is under way no other call is let in.
 */
final class Dropping {
    /** The host has answered, or has not. */
    record HostDone(
            ActorRef<DropReply> replyTo, DatabaseName display, Login login, boolean kept, Optional<Problem> problem)
            implements DatabaseMessage, NoSerializationVerificationNeeded {}

    private final ActorContext<DatabaseMessage> context;
    private final DatabaseRef database;
    private final DatabaseSettings settings;
    private final Peers peers;
    private boolean underWay;

    Dropping(ActorContext<DatabaseMessage> context, DatabaseRef database, DatabaseSettings settings, Peers peers) {
        this.context = context;
        this.database = database;
        this.settings = settings;
        this.peers = peers;
    }

    boolean underWay() {
        return underWay;
    }

    void forget() {
        underWay = false;
    }

    void drop(DatabaseRecord state, Drop call) {
        Optional<Problem> refusal = underWay
                ? Optional.of(BackupError.BEING_DROPPED.problem(call.database()))
                : SubmissionRules.dropRefusal(state, call.view(), call.database(), call.login());
        Optional<HostName> host = call.view().definition().host();
        if (refusal.isPresent() || host.isEmpty()) {
            call.replyTo()
                    .tell(new DropReply.Refused(refusal.orElseGet(() ->
                            BackupError.INSTANCE_NOT_MANAGED.problem(call.view().name()))));
            return;
        }
        underWay = true;
        DatabaseName display = SubmissionRules.display(state, call.view(), call.database());
        boolean kept = state.kept().isPresent();
        context.ask(
                HostReply.class,
                peers.host(host.get()),
                settings.dropLimit(),
                replyTo -> kept ? new HostCommand.DropKept(database, replyTo) : new HostCommand.Drop(database, replyTo),
                (reply, silence) ->
                        new HostDone(call.replyTo(), display, call.login(), kept, problem(host.get(), reply)));
    }

    private static Optional<Problem> problem(HostName host, @Nullable HostReply reply) {
        if (reply instanceof HostReply.Dropped) {
            return Optional.empty();
        }
        return Optional.of(
                reply instanceof HostReply.Failed failed
                        ? failed.problem()
                        : BackupError.HOST_UNAVAILABLE.problem(host));
    }

    /** Nothing to record when nothing was dropped, which the caller has been told then. */
    Decided done(DatabaseRecord state, HostDone done, Instant now) {
        underWay = false;
        done.problem().ifPresent(problem -> done.replyTo().tell(new DropReply.Refused(problem)));
        boolean nothing =
                done.kept() ? state.kept().isEmpty() : state.position().isEmpty();
        if (done.problem().isPresent() || nothing) {
            return Decided.of(Optional.empty());
        }
        DatabaseEvent dropped = done.kept()
                ? new KeptDropped(state.lastTask(), done.login().name(), now)
                : new DatabaseDropped(state.lastTask(), done.login().name(), now);
        return Decided.of(Optional.of(dropped), next -> done.replyTo().tell(new DropReply.Dropped(done.display())));
    }
}
