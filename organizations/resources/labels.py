"""The words the bureaus write for each code of the register, in every language: label → code.

The first label of a code is the one a template offers and an export writes.
"""

from portal import cells

TYPES = {
    "社会团体": "association",
    "社团": "association",
    "民办非企业单位": "social_service_institution",
    "民办非企业单位（社会服务机构）": "social_service_institution",
    "社会服务机构": "social_service_institution",
    "民非": "social_service_institution",
    "基金会": "foundation",
}
AUTHORITIES = {
    "区": "district",
    "区级": "district",
    "市": "municipal",
    "市级": "municipal",
    "部": "ministry",
    "民政部": "ministry",
    "国家": "ministry",
}
PARTY_UNITS = {
    "单独": "single",
    "单独组建": "single",
    "联合": "joint",
    "联合组建": "joint",
    "无": "none",
    "未建": "none",
}
COMMUNITY_KINDS = {
    "生活服务": "livelihood",
    "公益慈善": "charity",
    "文体活动": "culture_sport",
    "专业调处": "mediation",
    "非社区": "none",
}
INSPECTIONS = {
    "合格": "qualified",
    "基本合格": "basically_qualified",
    "不合格": "unqualified",
    "未参检": "missed",
    "免检": "exempt",
    "未出结论": "pending",
}
LISTINGS = {
    "正常": "none",
    "活动异常": "abnormal",
    "活动异常名录": "abnormal",
    "严重违法失信": "serious",
    "严重违法失信名单": "serious",
}
CREDIT_LISTS = {
    "活动异常名录": "abnormal",
    "异常名录": "abnormal",
    "活动异常": "abnormal",
    "异常": "abnormal",
    "abnormal": "abnormal",
    "严重违法失信名单": "serious",
    "严重失信名单": "serious",
    "失信名单": "serious",
    "严重违法失信": "serious",
    "serious": "serious",
}
STATUSES = {
    "正常": "normal",
    "注销中": "deregistering",
    "注销": "deregistered",
    "已注销": "deregistered",
    "撤销": "withdrawn",
    "吊销": "revoked",
}
TEAM_KINDS = {
    "文体活动": "culture_sport",
    "公益慈善": "charity",
    "生活服务": "livelihood",
    "专业调处": "mediation",
    "其他": "other",
}
TEAM_STATUSES = {
    "有效": "active",
    "暂停": "suspended",
    "清理": "cleared",
    "转登记": "converted",
}
ASSIGNED = {"已委派": True, "未委派": False}
THERE = {"有": True, "无": False}
YES_NO = {"是": True, "否": False}
OPINIONS = {"同意": "agreed", "不同意": "refused"}
NONE = "无"
DIRECT = "直接登记"
NOT_GRADED = "未评估"
GRADES = {**cells.GRADES, NOT_GRADED: "none"}
SHEETS = {"organizations": "社会组织", "teams": "群众活动团队", "credit_list": "名录"}
