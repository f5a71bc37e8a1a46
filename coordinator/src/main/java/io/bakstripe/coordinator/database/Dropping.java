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
import io.bakstripe.protocol.message.DatabaseCommand.ClearPartial;
import io.bakstripe.protocol.message.DatabaseCommand.Drop;
import io.bakstripe.protocol.message.DatabaseCommand.PartialReply;
import io.bakstripe.protocol.message.DatabaseMessage;
import io.bakstripe.protocol.message.DropReply;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.HostCommand.HostReply;
import io.bakstripe.protocol.name.DatabaseName;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Drops a database that is RESTORING, or the one that is kept of a database that is ONLINE: asks its host, records that it is gone, answers. Lives in memory only: when it is lost the database is RESTORING, or kept, still,
 * whatever its host has removed, and the call is to be repeated. While it is under way no other call is let in.
 */
final class Dropping {
    /**
     * The host has answered, or has not.
     *
     * @param caller absent where the restore of a snapshot drops the database
     */
    record HostDone(
            Optional<ActorRef<DropReply>> caller,
            DatabaseName display,
            String login,
            boolean kept,
            Optional<Problem> problem)
            implements DatabaseMessage, NoSerializationVerificationNeeded {}

    private final ActorContext<DatabaseMessage> context;
    private final DatabaseRef database;
    private final DatabaseSettings settings;
    private final Peers peers;
    private final List<ActorRef<PartialReply>> clearing = new ArrayList<>();
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
        clearing.clear();
    }

    /** A snapshot is restored to the instance (row D2); whoever asks while the database is being dropped waits for that, too. */
    void clear(DatabaseRecord state, ClearPartial call) {
        Optional<Problem> refusal = PartialRules.refusal(state, call.view());
        Optional<HostName> host = call.view().definition().host();
        if (refusal.isPresent() || host.isEmpty() || !PartialRules.partial(state) || !call.drop()) {
            call.replyTo().tell(new PartialReply(refusal));
            return;
        }
        clearing.add(call.replyTo());
        if (!underWay) {
            DatabaseName display = state.position().orElseThrow().display();
            ask(host.get(), display, call.login(), false, Optional.empty());
        }
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
        DatabaseName display = SubmissionRules.display(state, call.view(), call.database());
        ask(host.get(), display, call.login().name(), state.kept().isPresent(), Optional.of(call.replyTo()));
    }

    private void ask(
            HostName host, DatabaseName display, String login, boolean kept, Optional<ActorRef<DropReply>> caller) {
        underWay = true;
        context.ask(
                HostReply.class,
                peers.host(host),
                settings.dropLimit(),
                replyTo -> kept ? new HostCommand.DropKept(database, replyTo) : new HostCommand.Drop(database, replyTo),
                (reply, silence) -> new HostDone(caller, display, login, kept, problem(host, reply)));
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

    /** Nothing to record when nothing was dropped, which those who wait have been told then. */
    Decided done(DatabaseRecord state, HostDone done, Instant now) {
        underWay = false;
        boolean nothing =
                done.kept() ? state.kept().isEmpty() : state.position().isEmpty();
        if (done.problem().isPresent() || nothing) {
            tell(done, Optional.empty());
            return Decided.of(Optional.empty());
        }
        DatabaseEvent dropped = done.kept()
                ? new KeptDropped(state.lastTask(), done.login(), now)
                : new DatabaseDropped(state.lastTask(), done.login(), now);
        return Decided.of(Optional.of(dropped), next -> tell(done, Optional.of(done.display())));
    }

    /**
     * Tells those who wait how it ended.
     *
     * @param dropped the name of what was dropped now; all who wait for it hear it
     */
    private void tell(HostDone done, Optional<DatabaseName> dropped) {
        done.caller()
                .ifPresent(caller -> caller.tell(done.problem()
                        .<DropReply>map(DropReply.Refused::new)
                        .orElseGet(() -> new DropReply.Dropped(done.display()))));
        if (!clearing.isEmpty()) {
            dropped.ifPresent(name -> context.getLog()
                    .info(
                            "dropped partially restored database '{}' of instance '{}': '{}' restores a snapshot there",
                            name,
                            database.instance(),
                            done.login()));
        }
        clearing.forEach(waiting -> waiting.tell(new PartialReply(done.problem(), dropped)));
        clearing.clear();
    }
}
