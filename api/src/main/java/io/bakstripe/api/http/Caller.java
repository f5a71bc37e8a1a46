package io.bakstripe.api.http;

import io.bakstripe.api.auth.Principal;
import io.bakstripe.protocol.error.BackupError;
import io.bakstripe.protocol.instance.Login;
import io.bakstripe.protocol.instance.Role;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.procedure.Procedure;
import java.util.Locale;

/** Who makes a call, and what it may do. Refusals are thrown. */
record Caller(Principal principal, CallTrace trace) {
    Login login() {
        return principal.login();
    }

    boolean seesPasswords() {
        return login().role().covers(ApiCall.SEES_PASSWORDS);
    }

    /** Refuses a call that needs a higher role. */
    void require(ApiCall call) {
        require(call.leastRole(), call.method().value() + " /" + call.path());
    }

    /** Notes the procedure for the audit log, and refuses it when it needs a higher role. */
    void require(Procedure procedure) {
        trace.calls(procedure);
        require(ApiCall.leastRole(procedure), procedure.wireName());
    }

    private void require(Role least, String what) {
        if (!login().role().covers(least)) {
            throw BackupError.ROLE_TOO_LOW
                    .problem(login().name(), lower(login().role()), what, lower(least))
                    .asException();
        }
    }

    private static String lower(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }

    /** Notes the instance for the audit log, and refuses one that this login may not use. */
    InstanceName on(InstanceName instance) {
        trace.on(instance);
        if (!principal.mayUse(instance)) {
            throw BackupError.INSTANCE_NOT_ALLOWED
                    .problem(login().name(), instance)
                    .on("instance")
                    .asException();
        }
        return instance;
    }
}
