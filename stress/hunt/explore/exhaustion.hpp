#pragma once

#include "stress/hunt/explore/campaign.hpp"

namespace contend::hunt {

// Every schedule of a small scenario: those with no preemption, then with one, two, and so on, until all are seen, something
// is found, or the budget is spent (iterative context bounding: Musuvathi and Qadeer, PLDI 2007). A preemption takes the
// turn from a thread that could go on; a fault counts as one. What must be chosen anyway is free: whom to run when a
// thread waits, ends or yields, whom to wake, which store a load sees.
//
// A way is not followed where the same past, by the order at each shared object and what loads have seen, has been followed
// with as many preemptions left: the same will happen. Two pasts are the same if 64 bits of a hash are.
//
// Memory: some 40 bytes for each different past; they are let go with each new bound.
CampaignResult exhaust(const Scenario& scenario, const CampaignOptions& options);

}  // namespace contend::hunt
